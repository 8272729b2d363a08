using System.Buffers;
using System.Security.Cryptography;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Reads a layer from its blob to its last file: the blob's digest, the diff ID and a digest of each file are worked out on the way. Nothing is unpacked.</summary>
internal static class LayerReading
{
    private const int BufferBytes = 128 << 10;
    private const long MaxEntries = 4_000_000;

    /// <summary>Applies a layer to a tree.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="tree">Changed.</param>
    /// <param name="decoders">How compressed layers are opened.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidImageException">The layer is not what its digests say, or no archive.</exception>
    public static async Task<LayerCount> ApplyAsync(ImageLayer layer, int number, FileTree tree, DecompressionOptions decoders, CancellationToken ct)
    {
        try
        {
            Stream blob = await layer.OpenAsync(ct).ConfigureAwait(false);
            (Stream plain, _) = await Decompression.OpenDetectedAsync(blob, decoders, ct).ConfigureAwait(false);
            HashedStream hashed = new(plain, layer.DiffId.StartHash());
            await using (hashed.ConfigureAwait(false))
            {
                LayerCount count = await ApplyAsync(hashed, number, tree, ct).ConfigureAwait(false);
                if (!layer.DiffId.Matches(hashed.Finish()))
                    throw new InvalidImageException($"the content of layer {layer.Blob.Digest} is not what the configuration says ({layer.DiffId})");
                return count with { UncompressedBytes = hashed.Count };
            }
        }
        catch (Exception e) when (e is TarException or InvalidDataException)
        {
            throw new InvalidImageException($"layer {layer.Blob.Digest} is no archive that can be read: {e.Message}", e);
        }
    }

    private static async Task<LayerCount> ApplyAsync(Stream content, int number, FileTree tree, CancellationToken ct)
    {
        int entries = 0;
        long fileBytes = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        TarReader reader = new(content, TarReaderOptions.Layer with { MaxEntries = MaxEntries }, leaveOpen: true);
        try
        {
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
                {
                    byte[]? digest = entry.Type == TarEntryType.File ? await HashAsync(reader.Content, hash, buffer, ct).ConfigureAwait(false) : null;
                    tree.Apply(entry, digest, number);
                    bool isFile = Whiteouts.Parse(entry.Path, out _) == WhiteoutKind.None;
                    entries += isFile ? 1 : 0;
                    fileBytes += isFile ? entry.SizeBytes : 0;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return new LayerCount(0, entries, fileBytes);
    }

    private static async Task<byte[]> HashAsync(Stream content, IncrementalHash hash, byte[] buffer, CancellationToken ct)
    {
        while (await content.ReadAsync(buffer, ct).ConfigureAwait(false) is var count and > 0)
            hash.AppendData(buffer, 0, count);
        return hash.GetHashAndReset();
    }
}
