using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>The two digests of a list.</summary>
/// <param name="Identity">Names everything that the list says: equal identities make equal layers.</param>
/// <param name="Content">The same without times: what a cache key is made of.</param>
public sealed record FileListNames(Digest Identity, Digest Content);
