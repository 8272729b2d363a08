using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>One layer of an image: its blob, the digest of its uncompressed content, and where the blob can be read.</summary>
/// <param name="Blob">The blob as a manifest names it; the media type tells the compression.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="Source">Where the blob can be read.</param>
public sealed record ImageLayer(Descriptor Blob, Digest DiffId, IBlobSource Source)
{
    /// <summary>Opens the blob as it is stored, compressed or not; verified as it is read.</summary>
    public Task<Stream> OpenAsync(CancellationToken ct) => Source.OpenBlobAsync(Blob, ct);
}
