using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>The two digests of a list.</summary>
/// <param name="Identity">Names everything that the list says: equal identities make equal layers.</param>
/// <param name="Content">The same without times: what a cache key is made of, unless times count.</param>
public sealed record FileListNames(Digest Identity, Digest Content)
{
    /// <summary>The one of them that tells lists apart.</summary>
    /// <param name="withTimes">Whether other times make another list.</param>
    public Digest Of(bool withTimes) => withTimes ? Identity : Content;
}
