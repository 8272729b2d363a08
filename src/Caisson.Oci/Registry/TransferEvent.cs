using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>One step of a blob's transfer.</summary>
/// <param name="Repository">The repository at the far end, <c>host/path</c>.</param>
/// <param name="Blob">The blob.</param>
public abstract record TransferEvent(string Repository, Descriptor Blob)
{
    /// <summary>A download begins.</summary>
    public sealed record DownloadStarted(string Repository, Descriptor Blob) : TransferEvent(Repository, Blob);

    /// <summary>An upload begins.</summary>
    public sealed record UploadStarted(string Repository, Descriptor Blob) : TransferEvent(Repository, Blob);

    /// <summary>This many bytes of the blob are over. After a break the number may be lower than before.</summary>
    public sealed record Progress(string Repository, Descriptor Blob, long TransferredBytes) : TransferEvent(Repository, Blob);

    /// <summary>The whole blob is over.</summary>
    public sealed record Finished(string Repository, Descriptor Blob) : TransferEvent(Repository, Blob);

    /// <summary>The repository had the blob; nothing was sent.</summary>
    public sealed record Skipped(string Repository, Descriptor Blob) : TransferEvent(Repository, Blob);

    /// <summary>The registry took the blob over from another of its repositories; nothing was sent.</summary>
    public sealed record Mounted(string Repository, Descriptor Blob, string From) : TransferEvent(Repository, Blob);
}
