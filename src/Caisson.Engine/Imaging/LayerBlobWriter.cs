using System.Diagnostics;
using System.Runtime.CompilerServices;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Stargz;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>Writes an archive as a blob: hash, compression, hash and file in one pass over its bytes.</summary>
/// <param name="compression">Of the blob.</param>
/// <param name="parallelism">Threads that compress.</param>
internal sealed class LayerBlobWriter(LayerCompression compression, int parallelism)
{
    /// <summary>Writes entries to a new file and says what it became.</summary>
    /// <param name="writeEntries">Writes the entries, and does not end the archive.</param>
    /// <param name="path">The file.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">The blob cannot be written.</exception>
    /// <exception cref="MissingLibraryException">The codec is a library that this machine does not have.</exception>
    /// <exception cref="StargzException">An entry is one that no eStargz can hold.</exception>
    public Task<BlobRecord> WriteAsync(Func<TarWriter, Task> writeEntries, string path, CancellationToken ct) => compression.Codec == LayerCodec.Stargz
        ? WriteStargzAsync(writeEntries, path, ct)
        : EncodeAsync(archive => WriteTarAsync(writeEntries, archive, ct), path, ct);

    /// <summary>Writes an archive as it is to a new file. Not as eStargz, which is made of entries.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public Task<BlobRecord> CopyAsync(Stream archive, string path, CancellationToken ct) => EncodeAsync(output => archive.CopyToAsync(output, ct), path, ct);

    private async Task<BlobRecord> WriteStargzAsync(Func<TarWriter, Task> writeEntries, string path, CancellationToken ct)
    {
        DigestStream blob = new(new EagerFileStream(path, FileMode.CreateNew));
        await using ConfiguredAsyncDisposable disposing = blob.ConfigureAwait(false);
        StargzFacts facts = await StargzArchive.WriteAsync(blob, Gzip, writeEntries, ct).ConfigureAwait(false);
        Descriptor described = await DescribeAsync(blob).ConfigureAwait(false);
        return new BlobRecord(described with { Annotations = facts.Annotations }, facts.DiffId);
    }

    private async Task<BlobRecord> EncodeAsync(Func<Stream, Task> writeArchive, string path, CancellationToken ct)
    {
        DigestStream blob = new(new EagerFileStream(path, FileMode.CreateNew));
        await using ConfiguredAsyncDisposable disposing = blob.ConfigureAwait(false);
        Digest? diffId = null; // that of the blob, unless it is compressed
        switch (compression.Codec)
        {
            case LayerCodec.Uncompressed:
                await writeArchive(blob).ConfigureAwait(false);
                break;
            case LayerCodec.Gzip:
                GzipEncoderStream gzip = new(blob, Gzip, leaveOpen: true);
                await using (gzip.ConfigureAwait(false))
                {
                    diffId = await WriteHashedAsync(writeArchive, gzip).ConfigureAwait(false);
                    await gzip.CompleteAsync(ct).ConfigureAwait(false);
                }
                break;
            case LayerCodec.Zstd:
                ZstdEncoderStream zstd = ZstdEncoder.Open(blob, compression.UsedLevel, parallelism);
                await using (zstd.ConfigureAwait(false))
                {
                    diffId = await WriteHashedAsync(writeArchive, zstd).ConfigureAwait(false);
                    await zstd.CompleteAsync(ct).ConfigureAwait(false);
                }
                break;
            default:
                throw new UnreachableException(compression.Codec.ToString());
        }
        Descriptor described = await DescribeAsync(blob).ConfigureAwait(false);
        return new BlobRecord(described, diffId ?? described.Digest);
    }

    private GzipOptions Gzip => new() { Level = compression.UsedLevel, Parallelism = parallelism };

    private async Task<Descriptor> DescribeAsync(DigestStream blob) =>
        new() { MediaType = compression.MediaType, Digest = await blob.CompleteAsync().ConfigureAwait(false), Size = blob.LengthBytes };

    private static async Task WriteTarAsync(Func<TarWriter, Task> writeEntries, Stream archive, CancellationToken ct)
    {
        TarWriter tar = new(archive, options: null, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = tar.ConfigureAwait(false);
        await writeEntries(tar).ConfigureAwait(false);
        await tar.CompleteAsync(ct).ConfigureAwait(false);
    }

    private static async Task<Digest> WriteHashedAsync(Func<Stream, Task> writeArchive, Stream output)
    {
        DigestStream archive = new(output, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = archive.ConfigureAwait(false);
        await writeArchive(archive).ConfigureAwait(false);
        return await archive.CompleteAsync().ConfigureAwait(false);
    }
}
