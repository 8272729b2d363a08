using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Bundling;

/// <summary>Compresses answers of the network where that gains something: most of them are packages, which are compressed already.</summary>
internal static class AnswerCompression
{
    private const int SampleBytes = 64 << 10;
    private const double Worthwhile = 0.9;

    /// <summary>Compresses a file into a new one, if that is clearly smaller; else null, and there is no new one.</summary>
    public static async Task<Descriptor?> TryAsync(string path, string compressed, int parallelism, CancellationToken ct)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            if (!await CanGainAsync(file, ct).ConfigureAwait(false))
                return null;
            BlobRecord written = await new LayerBlobWriter(LayerCompression.Default, parallelism).CopyAsync(file, compressed, ct).ConfigureAwait(false);
            if (written.Blob.Size < file.Length * Worthwhile)
                return written.Blob;
        }
        File.Delete(compressed);
        return null;
    }

    /// <summary>The content of an answer that is kept compressed.</summary>
    public static Stream Open(Stream compressed, long maxBytes) => Decompression.Open(compressed, Compression.Gzip, SystemDecoders.Options with { MaxBytes = maxBytes });

    private static async Task<bool> CanGainAsync(FileStream file, CancellationToken ct)
    {
        byte[] sample = new byte[SampleBytes];
        int length = await file.ReadAtLeastAsync(sample, sample.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        file.Position = 0;
        MemoryStream small = new();
        using (System.IO.Compression.GZipStream gzip = new(small, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(sample, 0, length);
        return small.Length < length * Worthwhile;
    }
}
