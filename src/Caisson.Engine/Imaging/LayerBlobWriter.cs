using System.Runtime.CompilerServices;
using Caisson.Linux.Files;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>Writes an archive as a blob: hash, compression, hash and file in one pass over its bytes.</summary>
internal static class LayerBlobWriter
{
    /// <summary>Writes to a new file and says what it became. Memory does not depend on the archive.</summary>
    /// <param name="writeArchive">Writes the uncompressed archive.</param>
    /// <param name="form">How it becomes a blob.</param>
    /// <param name="path">The file.</param>
    /// <param name="parallelism">Threads that compress.</param>
    /// <exception cref="IOException">The blob cannot be written.</exception>
    public static async Task<BlobRecord> WriteAsync(Func<Stream, Task> writeArchive, BlobForm form, string path, int parallelism)
    {
        DigestStream blob = new(new EagerFileStream(path, FileMode.CreateNew));
        await using ConfiguredAsyncDisposable disposing = blob.ConfigureAwait(false);
        Digest? diffId = null; // that of the blob, unless it is compressed
        if (form.Compression == Compression.None)
            await writeArchive(blob).ConfigureAwait(false);
        else
            diffId = await CompressAsync(writeArchive, blob, parallelism).ConfigureAwait(false);
        Digest digest = await blob.CompleteAsync().ConfigureAwait(false);
        return new BlobRecord(new Descriptor { MediaType = form.MediaType, Digest = digest, Size = blob.LengthBytes }, diffId ?? digest);
    }

    private static async Task<Digest> CompressAsync(Func<Stream, Task> writeArchive, Stream blob, int parallelism)
    {
        GzipEncoderStream gzip = new(blob, new GzipOptions { Parallelism = parallelism }, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = gzip.ConfigureAwait(false);
        Digest diffId = await WriteHashedAsync(writeArchive, gzip).ConfigureAwait(false);
        await gzip.CompleteAsync().ConfigureAwait(false);
        return diffId;
    }

    private static async Task<Digest> WriteHashedAsync(Func<Stream, Task> writeArchive, Stream output)
    {
        DigestStream archive = new(output, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = archive.ConfigureAwait(false);
        await writeArchive(archive).ConfigureAwait(false);
        return await archive.CompleteAsync().ConfigureAwait(false);
    }
}
