using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>Blobs that are small enough to be held: manifests, indexes and configurations.</summary>
internal sealed class MemoryBlobSource(IReadOnlyDictionary<Digest, ReadOnlyMemory<byte>> blobs) : IBlobSource
{
    /// <summary>Holds one blob.</summary>
    public MemoryBlobSource(Digest digest, ReadOnlyMemory<byte> content)
        : this(new Dictionary<Digest, ReadOnlyMemory<byte>> { [digest] = content })
    {
    }

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        if (!blobs.TryGetValue(blob.Digest, out ReadOnlyMemory<byte> content))
            throw new BlobNotFoundException(blob.Digest, "memory");
        return Task.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false));
    }
}
