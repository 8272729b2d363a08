using System.IO.Compression;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class GzipDecoderStreamTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public async Task Reads_what_dotnet_writes(CompressionLevel level)
    {
        foreach (byte[] input in new[] { [], SampleBytes.Mixed(1_000_000), SampleBytes.Random(200_000), new byte[500_000], SampleBytes.Fibonacci(24) })
            Assert.Equal(input, await DecodeAsync(Compress(input, level)));
    }

    [Fact]
    public async Task Reads_members_one_after_another_and_the_zeros_behind_them()
    {
        byte[] first = SampleBytes.Text(70_000);
        byte[] second = SampleBytes.Mixed(300_000);
        foreach (int padding in new[] { 0, 1, 7, 9, 10, 11, 512, 100_000 })
        {
            byte[] members = [.. Compress(first), .. Compress([]), .. Compress(second), .. new byte[padding]];
            Assert.Equal((byte[])[.. first, .. second], await DecodeAsync(members));
        }
    }

    [Fact]
    public async Task Input_that_comes_in_single_bytes_gives_the_same()
    {
        byte[] input = SampleBytes.Mixed(50_000);
        byte[] members = [.. Compress(input), .. Compress(input), 0, 0, 0];
        Assert.Equal((byte[])[.. input, .. input], await GzipEncoderStreamTests.ReadAllAsync(new GzipDecoderStream(new TricklingStream(members))));
        using GzipDecoderStream synchronous = new(new TricklingStream(members));
        MemoryStream output = new();
        synchronous.CopyTo(output, 777);
        Assert.Equal([.. input, .. input], output.ToArray());
    }

    [Fact]
    public async Task Reads_every_optional_header_field()
    {
        byte[] plain = Compress(SampleBytes.Text(5000));
        byte[] extra = [5, 0, 1, 2, 3, 4, 5];
        byte[] member = [.. plain[..3], 0x1F, .. plain[4..10], .. extra, .. "name\0"u8.ToArray(), .. "a comment\0"u8.ToArray(), 0xAA, 0xBB, .. plain[10..]];
        Assert.Equal(SampleBytes.Text(5000), await DecodeAsync(member));
    }

    [Fact]
    public async Task A_header_name_of_any_length_takes_no_memory()
    {
        byte[] plain = Compress([1, 2, 3]);
        byte[] name = new byte[300_000];
        Array.Fill(name, (byte)'n');
        byte[] member = [.. plain[..3], 0x08, .. plain[4..10], .. name, 0, .. plain[10..]];
        Assert.Equal([1, 2, 3], await DecodeAsync(member));
    }

    [Fact]
    public async Task Truncation_at_every_byte_is_noticed()
    {
        byte[] member = Compress(SampleBytes.Mixed(3000));
        byte[] stored = Compress(SampleBytes.Random(300), CompressionLevel.NoCompression);
        foreach (byte[] whole in new[] { member, stored, [.. member, .. stored] })
        {
            for (int length = 0; length < whole.Length; length++)
            {
                if (length == member.Length && whole.Length > length)
                    continue; // the first of two members is whole
                InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync(whole[..length]));
                Assert.Contains("too early", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Every_changed_byte_of_content_and_trailer_is_noticed()
    {
        byte[] member = Compress(SampleBytes.Mixed(2000));
        for (int i = 10; i < member.Length; i++)
        {
            byte[] broken = [.. member];
            broken[i] ^= 0x41;
            await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync(broken));
        }
    }

    [Fact]
    public async Task Anything_behind_the_last_member_is_refused()
    {
        foreach (byte[] garbage in new byte[][] { [1], [0, 0, 1], [.. new byte[5000], 1], [0x1F, 0x8C, 8, 0, 0, 0, 0, 0, 0, 0, 0] })
            await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync([.. Compress([1, 2, 3]), .. garbage]));
    }

    [Fact]
    public async Task Random_bytes_behind_a_header_never_do_more_than_throw()
    {
        for (ulong seed = 1; seed < 3000; seed++)
        {
            byte[] noise = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, .. SampleBytes.Random(300, seed)];
            await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync(noise));
        }
    }

    [Fact]
    public async Task Mutated_members_never_do_more_than_throw()
    {
        byte[] member = Compress(SampleBytes.Mixed(20_000));
        Random random = new(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] broken = [.. member];
            for (int i = 0; i < 3; i++)
                broken[random.Next(10, broken.Length)] = (byte)random.Next(256);
            if (!broken.AsSpan().SequenceEqual(member))
                await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync(broken));
        }
    }

    [Theory]
    [InlineData("07", "a block of unknown type")]
    [InlineData("01 05 00 00 00", "contradicts its complement")]
    [InlineData("03 02", "before the beginning")]
    [InlineData("FD FF", "too many symbols")]
    public async Task Broken_blocks_are_named(string hex, string expected)
    {
        byte[] block = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] member = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, .. block, .. new byte[40]];
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => DecodeAsync(member));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_stops_reading()
    {
        await using GzipDecoderStream decoder = new(new MemoryStream(Compress([1])));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await decoder.ReadExactlyAsync(new byte[1], new CancellationToken(canceled: true)));
    }

    private static byte[] Compress(byte[] input, CompressionLevel level = CompressionLevel.Optimal)
    {
        MemoryStream output = new();
        using (GZipStream gzip = new(output, level))
            gzip.Write(input);
        byte[] member = output.ToArray();
        // .NET writes nothing at all for empty input.
        return member.Length > 0 ? member : [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private static Task<byte[]> DecodeAsync(byte[] input) => GzipEncoderStreamTests.ReadAllAsync(new GzipDecoderStream(new MemoryStream(input)));
}
