using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>A blob that is small enough to be held: a manifest, an index or a configuration.</summary>
internal sealed class MemoryBlobSource(Digest digest, ReadOnlyMemory<byte> content) : IBlobSource
{
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => blob.Digest == digest
        ? Task.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false))
        : throw new BlobNotFoundException(blob.Digest, "memory");
}
