using System.IO.Compression;
using System.Security.Cryptography;
using Caisson.Oci.Tar;
using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tests.Tar;

public sealed class GzipEncoderStreamTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Samples => [.. Inputs.Keys];

    private static Dictionary<string, byte[]> Inputs { get; } = new()
    {
        ["empty"] = [],
        ["one byte"] = [42],
        ["three bytes"] = [1, 2, 3],
        ["nine equal bytes"] = [7, 7, 7, 7, 7, 7, 7, 7, 7],
        ["zeros"] = new byte[700_000],
        ["random"] = SampleBytes.Random(600_000),
        ["text"] = SampleBytes.Text(600_000),
        ["mixed"] = SampleBytes.Mixed(1_500_000),
        ["two letters"] = SampleBytes.Letters(300_000, 2),
        ["all bytes equally often"] = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 167))],
        ["all bytes exactly equally often, shuffled"] = SampleBytes.Shuffled(256, 1200),
        ["period 1"] = SampleBytes.Periodic(100_000, 1),
        ["period 3"] = SampleBytes.Periodic(100_000, 3),
        ["period 258"] = SampleBytes.Periodic(300_000, 258),
        ["period 32767"] = SampleBytes.Periodic(500_000, 32767),
        ["period 32768"] = SampleBytes.Periodic(500_000, 32768),
        ["period 32769"] = SampleBytes.Periodic(500_000, 32769),
        ["period 65536"] = SampleBytes.Periodic(500_000, 65536),
        ["fibonacci"] = SampleBytes.Fibonacci(25),
        ["random then zeros"] = [.. SampleBytes.Random(100_000), .. new byte[100_000]],
        ["chunk"] = SampleBytes.Mixed(ChunkCompressor.ChunkBytes),
        ["chunk less one"] = SampleBytes.Mixed(ChunkCompressor.ChunkBytes - 1),
        ["chunk and one"] = SampleBytes.Mixed(ChunkCompressor.ChunkBytes + 1),
        ["two chunks"] = SampleBytes.Text(2 * ChunkCompressor.ChunkBytes),
        ["random chunk and three"] = SampleBytes.Random(ChunkCompressor.ChunkBytes + 3),
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Other_decoder_and_ours_give_back_the_input_at_every_level(string sample)
    {
        byte[] input = Inputs[sample];
        foreach (int level in new[] { 0, 1, 2, 3, 6, 8, 9 })
        {
            byte[] compressed = await CompressAsync(input, new GzipOptions { Level = level, Parallelism = 2 });
            Assert.Equal(input, await ReadAllAsync(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress)));
            Assert.Equal(input, await ReadAllAsync(new GzipDecoderStream(new MemoryStream(compressed))));
        }
    }

    [Fact]
    public async Task Every_small_length_gives_back_the_input()
    {
        byte[] input = SampleBytes.Text(600);
        for (int length = 0; length <= input.Length; length++)
        {
            byte[] compressed = await CompressAsync(input[..length], new GzipOptions { Level = 1 + (length % 9) });
            Assert.Equal(input[..length], await ReadAllAsync(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress)));
        }
    }

    [Fact]
    public async Task Random_structures_give_back_the_input()
    {
        Random random = new(77);
        for (int round = 0; round < 60; round++)
        {
            byte[] input = RandomStructure(random);
            byte[] compressed = await CompressAsync(input, new GzipOptions { Level = 1 + (round % 9), Parallelism = 2 });
            Assert.Equal(input, await ReadAllAsync(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress)));
            Assert.Equal(input, await ReadAllAsync(new GzipDecoderStream(new MemoryStream(compressed))));
        }
    }

    [Fact]
    public async Task Level_0_stores()
    {
        byte[] input = SampleBytes.Text(1_000_000);
        byte[] stored = await CompressAsync(input, new GzipOptions { Level = 0 });
        Assert.InRange(stored.Length, input.Length, input.Length + (input.Length / 1000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Parallelism_does_not_change_the_bytes(int level)
    {
        byte[] input = SampleBytes.Mixed(3_000_000);
        byte[] alone = await CompressAsync(input, new GzipOptions { Level = level, Parallelism = 1 });
        Assert.Equal(alone, await CompressAsync(input, new GzipOptions { Level = level, Parallelism = 2 }));
        Assert.Equal(alone, await CompressAsync(input, new GzipOptions { Level = level, Parallelism = 8 }));
    }

    [Fact]
    public async Task Sizes_of_writes_and_flushes_do_not_change_the_bytes()
    {
        byte[] input = SampleBytes.Mixed(800_000);
        byte[] atOnce = await CompressAsync(input, new GzipOptions());
        MemoryStream inPieces = new();
        await using (GzipEncoderStream gzip = new(inPieces, new GzipOptions { Parallelism = 2 }, leaveOpen: true))
        {
            for (int at = 0, size = 1; at < input.Length; at += size, size = 1 + (size * 7 % 50_021))
            {
                size = Math.Min(size, input.Length - at);
                if (size % 3 == 0)
                    gzip.Write(input, at, size);
                else
                    await gzip.WriteAsync(input.AsMemory(at, size), Ct);
                await gzip.FlushAsync(Ct);
            }
        }
        Assert.Equal(atOnce, inPieces.ToArray());
    }

    // These bytes are what the codec's version stands for: whoever changes them changes GzipEncoderStream.Codec too.
    [Theory]
    [InlineData(1, "66f42f7102af7b8b7b5d7e998b1b4fd07d5fd9257db6511f47b4463f99de6f40")]
    [InlineData(2, "bc0c108f00c8a27030a8605a68c1d42e601bdbca9d6825e2e67b12979acaea31")]
    [InlineData(3, "611e9b69cc52c241de447401f7a673dca8c0aa44fddfb252c608244cb20ced4b")]
    [InlineData(6, "418ee3b052a6be668441fd4d102f9bc9d602f9bb6cfc894df3beef5ef8a1e4bf")]
    [InlineData(8, "55fff36fd4eda5467605941f78ca047eb00b8459aa62243a1c29d990865c6740")]
    [InlineData(9, "3410152a3fcaf10b93c8349a25ad73f58ee546b1cbf5c58ea3f6db5709277c5f")]
    public async Task Bytes_of_codec_version_2(int level, string digest)
    {
        Assert.Equal("caisson-deflate/2", GzipEncoderStream.Codec);
        byte[] compressed = await CompressAsync(SampleBytes.Mixed(1_000_000), new GzipOptions { Level = level, Parallelism = 2 });
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(compressed)));
    }

    [Theory]
    [InlineData("random", "74cccaba98f842b7724bf6cf2bdcc606")]
    [InlineData("random then zeros", "86a6121ea3cfa0db92b3dc4349b2fa76")]
    [InlineData("period 65536", "a3539be740739ec667d0d1e0ba2cd3af")]
    public async Task Bytes_of_codec_version_2_for_what_does_not_compress(string sample, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(await CompressAsync(Inputs[sample], new GzipOptions { Parallelism = 2 })))[..32]);

    [Fact]
    public async Task A_header_among_random_bytes_is_compressed()
    {
        byte[] input = SampleBytes.Random(200_000);
        for (int at = 4096; at + 512 < input.Length; at += 8192)
            input.AsSpan(at, 512).Clear();
        byte[] compressed = await CompressAsync(input, new GzipOptions());
        Assert.InRange(compressed.Length, 187_000, 188_500);
    }

    [Fact]
    public async Task Bytes_do_not_depend_on_the_features_of_the_processor()
    {
        string self = Path.ChangeExtension(typeof(GzipEncoderStreamTests).Assembly.Location, null);
        Assert.SkipUnless(File.Exists(self), $"{self} is not an executable of its own");
        string[] arguments = ["-method", $"*.{nameof(Bytes_of_codec_version_2)}*", "-method", "*.Crc32Tests.*"];
        await Tool.RunAsync(self, arguments, [], Ct, setting: "DOTNET_EnableHWIntrinsic=0");
    }

    [Fact]
    public async Task Empty_input_is_a_member_of_twenty_bytes()
    {
        byte[] expected = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(expected, await CompressAsync([], new GzipOptions()));
    }

    [Fact]
    public async Task Random_bytes_grow_by_less_than_one_in_a_thousand()
    {
        byte[] compressed = await CompressAsync(Inputs["random"], new GzipOptions());
        Assert.InRange(compressed.Length, 600_000, 600_600);
    }

    [Fact]
    public async Task A_repetition_at_the_full_window_is_found_across_chunks()
    {
        byte[] compressed = await CompressAsync(Inputs["period 32768"], new GzipOptions());
        Assert.InRange(compressed.Length, 32768, 45_000);
    }

    [Theory]
    [InlineData("gzip", "-t -")]
    [InlineData("pigz", "-t -")]
    public async Task Real_tools_accept_the_output(string tool, string arguments)
    {
        byte[] compressed = await CompressAsync(Inputs["mixed"], new GzipOptions { Parallelism = 2 });
        await Tool.RunAsync(tool, arguments.Split(' '), compressed, Ct);
    }

    [Fact]
    public async Task Zcat_gives_back_the_input()
    {
        byte[] compressed = await CompressAsync(Inputs["mixed"], new GzipOptions { Parallelism = 2 });
        Assert.Equal(Inputs["mixed"], await Tool.RunAsync("zcat", [], compressed, Ct));
    }

    [Fact]
    public async Task Completing_leaves_the_output_open_and_disposing_closes_it()
    {
        MemoryStream output = new();
        GzipEncoderStream gzip = new(output);
        await gzip.WriteAsync(new byte[10], Ct);
        await gzip.CompleteAsync(Ct);
        await gzip.CompleteAsync(Ct);
        Assert.True(output.CanWrite);
        Assert.False(gzip.CanWrite);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await gzip.WriteAsync(new byte[1], Ct));
        await gzip.DisposeAsync();
        await gzip.DisposeAsync();
        Assert.False(output.CanWrite);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gzip.WriteAsync(new byte[1], Ct));
    }

    [Fact]
    public void Synchronous_use_gives_the_same_bytes()
    {
        MemoryStream output = new();
        using (GzipEncoderStream gzip = new(output, leaveOpen: true))
        {
            gzip.Write(Inputs["mixed"]);
            gzip.WriteByte(3);
        }
        MemoryStream back = new();
        using GzipDecoderStream decoder = new(new MemoryStream(output.ToArray()));
        decoder.CopyTo(back);
        Assert.Equal([.. Inputs["mixed"], 3], back.ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void Levels_outside_zero_to_nine_are_refused(int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GzipEncoderStream(Stream.Null, new GzipOptions { Level = level }));

    [Fact]
    public void Parallelism_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GzipEncoderStream(Stream.Null, new GzipOptions { Parallelism = 0 }));

    [Fact]
    public async Task A_failing_output_surfaces_in_a_later_write()
    {
        await using GzipEncoderStream gzip = new(new FailingStream(afterBytes: 1000), new GzipOptions { Parallelism = 2 });
        IOException e = await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (int i = 0; i < 1000; i++)
                await gzip.WriteAsync(SampleBytes.Random(ChunkCompressor.ChunkBytes), Ct);
        });
        Assert.Equal("disk full", e.Message);
    }

    [Fact]
    public async Task A_failing_output_surfaces_when_disposed()
    {
        GzipEncoderStream gzip = new(new FailingStream(afterBytes: 11));
        await gzip.WriteAsync(new byte[100], Ct);
        IOException e = await Assert.ThrowsAsync<IOException>(async () => await gzip.DisposeAsync());
        Assert.Equal("disk full", e.Message);
        await gzip.DisposeAsync();
    }

    [Fact]
    public async Task A_stalled_output_holds_the_writer_back_and_cancelling_frees_it()
    {
        const int Parallelism = 2;
        StalledStream output = new();
        GzipEncoderStream gzip = new(output, new GzipOptions { Parallelism = Parallelism });
        using CancellationTokenSource cancel = new();
        for (int i = 0; i < Parallelism; i++)
            await gzip.WriteAsync(new byte[ChunkCompressor.ChunkBytes], Ct);
        Task tooMuch = gzip.WriteAsync(new byte[ChunkCompressor.ChunkBytes], cancel.Token).AsTask();
        await output.Reached;
        Assert.False(tooMuch.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tooMuch);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await gzip.WriteAsync(new byte[1], Ct));
        await gzip.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_member_is_never_ended()
    {
        MemoryStream output = new();
        await using (GzipEncoderStream gzip = new(output, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[100], Ct);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gzip.CompleteAsync(new CancellationToken(canceled: true)));
        }
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync(new GzipDecoderStream(new MemoryStream(output.ToArray()))));
    }

    internal static async Task<byte[]> CompressAsync(byte[] input, GzipOptions options)
    {
        MemoryStream output = new();
        await using (GzipEncoderStream gzip = new(output, options, leaveOpen: true))
            await gzip.WriteAsync(input, Ct);
        return output.ToArray();
    }

    internal static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        await using (stream)
        {
            MemoryStream output = new();
            await stream.CopyToAsync(output, Ct);
            return output.ToArray();
        }
    }

    private static byte[] RandomStructure(Random random)
    {
        MemoryStream bytes = new();
        int parts = random.Next(1, 40);
        for (int part = 0; part < parts; part++)
        {
            int length = random.Next(1, 20_000);
            switch (random.Next(5))
            {
                case 0:
                    bytes.Write(new byte[length]);
                    break;
                case 1:
                    bytes.Write(SampleBytes.Random(length, (ulong)random.Next(1, 1000)));
                    break;
                case 2:
                    bytes.Write(SampleBytes.Text(length, (ulong)random.Next(1, 1000)));
                    break;
                case 3:
                    bytes.Write(SampleBytes.Letters(length, random.Next(1, 20), (ulong)random.Next(1, 1000)));
                    break;
                default:
                    byte[] sofar = bytes.ToArray();
                    int start = sofar.Length == 0 ? 0 : random.Next(sofar.Length);
                    bytes.Write(sofar, start, Math.Min(length, sofar.Length - start));
                    break;
            }
        }
        return bytes.ToArray();
    }
}
