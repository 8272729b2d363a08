using Caisson.Dockerfile.Remote;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>Files from elsewhere, as they are asked for: not pinned yet.</summary>
internal abstract record RemoteSource
{
    private RemoteSource()
    {
    }

    /// <summary>A file of the web.</summary>
    /// <param name="Address">Its address, which may hold credentials.</param>
    /// <param name="FileName">The name it gets.</param>
    /// <param name="Checksum">What its bytes must be; null for whatever comes.</param>
    public sealed record Http(Uri Address, string FileName, Digest? Checksum) : RemoteSource;

    /// <summary>Files of a git repository.</summary>
    /// <param name="Location">Which.</param>
    /// <param name="KeepsGitDirectory">Whether <c>.git</c> is among them.</param>
    public sealed record Git(GitLocation Location, bool KeepsGitDirectory) : RemoteSource;
}
