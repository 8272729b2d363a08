using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using Caisson.Oci.Tar;

namespace Caisson.Bench.Micro;

/// <summary>16 MiB are compressed on one core, or decompressed. The limit: .NET's own gzip, which is zlib-ng.</summary>
public class GzipBenchmarks
{
    private const int SizeBytes = 16 << 20;
    private const int PieceBytes = 80 << 10;

    private byte[] _bytes = [];
    private byte[] _compressed = [];

    /// <summary>What is compressed.</summary>
    [Params("text", "random")]
    public string Content { get; set; } = "";

    // In one process, BenchmarkDotNet does not wait for what is set up asynchronously.
    [GlobalSetup]
    public void SetUp() => SetUpAsync().Wait();

    private async Task SetUpAsync()
    {
        _bytes = new byte[SizeBytes];
        Random random = new(1);
        random.NextBytes(_bytes);
        if (Content == "text")
            WriteWords(random);
        MemoryStream compressed = new();
        await using (GzipEncoderStream gzip = new(compressed, leaveOpen: true))
            await gzip.WriteAsync(_bytes);
        _compressed = compressed.ToArray();
    }

    [Benchmark(Baseline = true, Description = "zlib, optimal")]
    public async Task<long> LimitAsync()
    {
        CountingStream output = new();
        await using (GZipStream gzip = new(output, CompressionLevel.Optimal, leaveOpen: true))
            await WriteAsync(gzip);
        return output.WrittenBytes;
    }

    [Benchmark(Description = "GzipEncoderStream")]
    public async Task<long> EncodeAsync()
    {
        CountingStream output = new();
        await using (GzipEncoderStream gzip = new(output, new GzipOptions { Parallelism = 1 }, leaveOpen: true))
            await WriteAsync(gzip);
        return output.WrittenBytes;
    }

    [Benchmark(Description = "zlib decodes")]
    public Task<long> DecodeDotNetAsync() => CountAsync(new GZipStream(new MemoryStream(_compressed), CompressionMode.Decompress));

    [Benchmark(Description = "Decompression.Open")]
    public Task<long> DecodeAsync() => CountAsync(Decompression.Open(new MemoryStream(_compressed), Compression.Gzip));

    // Words of few letters: about what source code is to a compressor.
    private void WriteWords(Random random)
    {
        byte[][] words = [.. Enumerable.Range(0, 4000).Select(_ => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(2, 10)).Select(_ => (char)('a' + random.Next(26)))) + " "))];
        for (int at = 0; at < SizeBytes;)
        {
            byte[] word = words[(int)(words.Length * random.NextDouble() * random.NextDouble())];
            int count = Math.Min(word.Length, SizeBytes - at);
            word.AsSpan(0, count).CopyTo(_bytes.AsSpan(at));
            at += count;
        }
    }

    private async Task WriteAsync(Stream output)
    {
        for (int at = 0; at < SizeBytes; at += PieceBytes)
            await output.WriteAsync(_bytes.AsMemory(at, Math.Min(PieceBytes, SizeBytes - at)));
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
