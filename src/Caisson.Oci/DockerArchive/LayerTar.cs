using System.Buffers;
using System.Security.Cryptography;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.DockerArchive;

/// <summary>The uncompressed content of a layer, checked against its diff ID.</summary>
internal sealed class LayerTar(DockerArchiveOptions options)
{
    private const int BufferBytes = 128 << 10;

    /// <summary>
    /// Gives the uncompressed content and its size to <paramref name="use"/>: from the blob where the size is known, else from a spool file.
    /// </summary>
    /// <exception cref="InvalidImageException">The content is damaged, too long, or not the one that the diff ID names.</exception>
    public async Task<Descriptor> OpenAsync(ImageLayer layer, Func<Descriptor, Stream, Task> use, CancellationToken ct)
    {
        Stream blob = await layer.OpenAsync(ct).ConfigureAwait(false);
        (Stream tar, Compression compression) = await Decompression.OpenDetectedAsync(blob, options.Decompression, ct).ConfigureAwait(false);
        await using (tar.ConfigureAwait(false))
        {
            try
            {
                long? size = compression == Compression.None ? layer.Blob.Size : options.UncompressedSize?.Invoke(layer);
                return size is { } known
                    ? await UseAsync(Described(layer, known), tar, use).ConfigureAwait(false)
                    : await SpoolAsync(layer, tar, use, ct).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidImageException($"layer {layer.Blob.Digest} cannot be unpacked: {e.Message}", e);
            }
        }
    }

    private static Descriptor Described(ImageLayer layer, long size) => new() { MediaType = MediaTypes.OciLayer, Digest = layer.DiffId, Size = size };

    private static async Task<Descriptor> UseAsync(Descriptor layer, Stream tar, Func<Descriptor, Stream, Task> use)
    {
        VerifyingStream verified = new(tar, layer, leaveOpen: true);
        await using (verified.ConfigureAwait(false))
            await use(layer, verified).ConfigureAwait(false);
        return layer;
    }

    private async Task<Descriptor> SpoolAsync(ImageLayer layer, Stream tar, Func<Descriptor, Stream, Task> use, CancellationToken ct)
    {
        string path = options.SpoolPath ?? throw new InvalidImageException(
            $"the uncompressed size of layer {layer.Blob.Digest} is not known, and there is no file to unpack it to");
        FileStream spool = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
        File.Delete(path); // the open file keeps its content, and nothing is left behind whatever happens
        await using (spool.ConfigureAwait(false))
        {
            await UnpackAsync(layer, tar, spool, ct).ConfigureAwait(false);
            spool.Position = 0;
            await use(Described(layer, spool.Length), spool).ConfigureAwait(false);
            return Described(layer, spool.Length);
        }
    }

    private static async Task UnpackAsync(ImageLayer layer, Stream tar, FileStream spool, CancellationToken ct)
    {
        using IncrementalHash hash = layer.DiffId.StartHash();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await tar.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and int count)
            {
                hash.AppendData(buffer, 0, count);
                await spool.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (!layer.DiffId.Matches(hash.GetHashAndReset()))
            throw new InvalidImageException($"layer {layer.Blob.Digest} unpacks to something else than {layer.DiffId}");
    }
}
