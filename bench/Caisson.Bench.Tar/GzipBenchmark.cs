using System.IO.Compression;
using Caisson.Oci.Tar;

namespace Caisson.Bench.Tar;

/// <summary>Our gzip against .NET's, which is zlib-ng.</summary>
internal static class GzipBenchmark
{
    private const int PieceBytes = 80 * 1024;

    public static async Task RunAsync(byte[] archive, int rounds)
    {
        Measurement encoding = new Measurement("compress", archive.Length / 1e6)
            .Add("GZipStream Optimal", () => DotNetAsync(archive, CompressionLevel.Optimal))
            .Add("GZipStream Fastest", () => DotNetAsync(archive, CompressionLevel.Fastest));
        foreach (int level in new[] { 1, 2, 3, GzipOptions.DefaultLevel, 7, GzipOptions.SmallestLevel })
            encoding.Add($"level {level}", () => OursAsync(archive, level, 1));
        encoding.Add($"level {GzipOptions.DefaultLevel}, 2 cores", () => OursAsync(archive, GzipOptions.DefaultLevel, 2));
        await encoding.RunAsync(rounds);

        byte[] random = new byte[32 * 1024 * 1024];
        new Random(1).NextBytes(random);
        await new Measurement("compress random bytes", random.Length / 1e6)
            .Add("GZipStream Optimal", () => DotNetAsync(random, CompressionLevel.Optimal))
            .Add($"level {GzipOptions.DefaultLevel}", () => OursAsync(random, GzipOptions.DefaultLevel, 1))
            .RunAsync(rounds);

        MemoryStream compressed = new();
        await using (GzipEncoderStream gzip = new(compressed, leaveOpen: true))
            await gzip.WriteAsync(archive);
        byte[] member = compressed.ToArray();
        await new Measurement("decompress", archive.Length / 1e6)
            .Add("GZipStream", () => CountAsync(new GZipStream(new MemoryStream(member), CompressionMode.Decompress)))
            .Add("Decompression.Open", () => CountAsync(Decompression.Open(new MemoryStream(member), Compression.Gzip)))
            .RunAsync(rounds);
    }

    private static async Task<long> DotNetAsync(byte[] input, CompressionLevel level)
    {
        CountingStream output = new();
        await using (GZipStream gzip = new(output, level, leaveOpen: true))
            await WriteAsync(input, gzip);
        return output.WrittenBytes;
    }

    private static async Task<long> OursAsync(byte[] input, int level, int parallelism)
    {
        CountingStream output = new();
        await using (GzipEncoderStream gzip = new(output, new GzipOptions { Level = level, Parallelism = parallelism }, leaveOpen: true))
            await WriteAsync(input, gzip);
        return output.WrittenBytes;
    }

    private static async Task WriteAsync(byte[] input, Stream output)
    {
        for (int at = 0; at < input.Length; at += PieceBytes)
            await output.WriteAsync(input.AsMemory(at, Math.Min(PieceBytes, input.Length - at)));
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        await using (stream)
        {
            CountingStream output = new();
            await stream.CopyToAsync(output);
            return output.WrittenBytes;
        }
    }
}
