using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A blob that is small enough to be held.</summary>
/// <param name="content">Its bytes.</param>
internal sealed class SmallBlob(byte[] content) : IBlobSource
{
    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(new MemoryStream(content, writable: false));

    /// <summary>Reads one from elsewhere, and checks it.</summary>
    /// <exception cref="InvalidImageException">It is too large, or not what its descriptor says.</exception>
    public static async Task<byte[]> ReadAsync(IBlobSource source, Descriptor blob, int maxBytes, CancellationToken ct)
    {
        if (blob.Size > maxBytes)
            throw new InvalidImageException($"blob {blob.Digest} has {blob.Size} bytes, more than the {maxBytes} that are read");
        VerifyingStream verified = new(await source.OpenBlobAsync(blob, ct).ConfigureAwait(false), blob);
        await using (verified.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await verified.CopyToAsync(bytes, ct).ConfigureAwait(false);
            return bytes.ToArray();
        }
    }
}
