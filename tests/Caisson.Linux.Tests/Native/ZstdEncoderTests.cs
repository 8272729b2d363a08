using Caisson.Linux.Native;

namespace Caisson.Linux.Tests.Native;

public sealed class ZstdEncoderTests
{
    public static TheoryData<int, int> Samples
    {
        get
        {
            TheoryData<int, int> samples = [];
            foreach (int length in (int[])[0, 1, 1000, 256 << 10, (256 << 10) + 1, 9_000_000])
            {
                samples.Add(length, 0);
                samples.Add(length, 3);
                samples.Add(length, 9);
            }
            samples.Add(3_000_000, 22);
            return samples;
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task What_is_written_is_read(int length, int level)
    {
        Require();
        byte[] content = Sample(length);
        Assert.Equal(content, await DecodeAsync(await EncodeAsync(content, level, threads: 2)));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(400_000, 3)]
    [InlineData(6_000_000, 1)]
    [InlineData(20_000_000, 3)]
    public async Task Neither_threads_nor_the_sizes_of_writes_change_the_bytes(int length, int level)
    {
        Require();
        byte[] content = Sample(length);
        byte[] expected = await EncodeAsync(content, level, threads: 1);
        foreach (int threads in (int[])[2, 5])
        {
            foreach (int piece in (int[])[length + 1, 65_536, 7_777])
            {
                byte[] again = await EncodeAsync(content, level, threads, piece);
                Assert.True(expected.AsSpan().SequenceEqual(again), $"{threads} threads, writes of {piece}");
            }
        }
    }

    [Fact]
    public async Task Higher_levels_are_smaller()
    {
        Require();
        byte[] content = Sample(4_000_000);
        List<int> sizes = [];
        foreach (int level in (int[])[1, 9, 19])
            sizes.Add((await EncodeAsync(content, level, threads: 2)).Length);
        Assert.Equal(sizes.OrderDescending(), sizes);
    }

    [Fact]
    public void The_codec_names_the_version_of_the_library()
    {
        Require();
        Assert.Matches(@"^zstd-\d+\.\d+\.\d+$", ZstdEncoder.Codec);
    }

    [Fact]
    public async Task A_frame_that_is_given_up_is_no_valid_one()
    {
        Require();
        MemoryStream output = new();
        await using (ZstdEncoderStream zstd = ZstdEncoder.Open(output, 3, 2))
            await zstd.WriteAsync(Sample(9_000_000), Ct);
        await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync([.. output.ToArray(), 0]));
    }

    private static void Require() => Assert.SkipUnless(ZstdDecoder.IsAvailable, "libzstd.so.1 is missing");

    private static async Task<byte[]> EncodeAsync(byte[] content, int level, int threads, int pieceBytes = 100_000)
    {
        MemoryStream output = new();
        await using ZstdEncoderStream zstd = ZstdEncoder.Open(output, level, threads);
        for (int at = 0; at < content.Length; at += pieceBytes)
            await zstd.WriteAsync(content.AsMemory(at, Math.Min(pieceBytes, content.Length - at)), Ct);
        await zstd.CompleteAsync(Ct);
        return output.ToArray();
    }

    private static async Task<byte[]> DecodeAsync(byte[] compressed)
    {
        MemoryStream content = new();
        await using Stream zstd = ZstdDecoder.Open(new MemoryStream(compressed));
        await zstd.CopyToAsync(content, Ct);
        return content.ToArray();
    }

    // Something to find, near and far, and something that is not found.
    private static byte[] Sample(int length)
    {
        byte[] bytes = new byte[length];
        Random random = new(7);
        byte[] words = new byte[4096];
        random.NextBytes(words);
        for (int at = 0; at < length;)
        {
            int from = random.Next(words.Length - 64);
            int count = Math.Min(random.Next(4, 64), length - at);
            words.AsSpan(from, count).CopyTo(bytes.AsSpan(at));
            at += count;
            if (at < length)
                bytes[at++] = (byte)random.Next();
        }
        return bytes;
    }
}
