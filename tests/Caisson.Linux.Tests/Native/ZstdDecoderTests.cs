using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Native;

public sealed class ZstdDecoderTests
{
    public static TheoryData<int> Lengths => [0, 1, 1000, (128 << 10) - 1, 128 << 10, (128 << 10) + 1, 3_000_000];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task What_zstd_wrote_is_read(int length)
    {
        byte[] content = Sample(length);
        byte[] compressed = await CompressAsync(content, "-3");
        Assert.Equal(content, await ReadAsync(compressed));
        Assert.Equal(content, Read(compressed, pieceBytes: 7777));
    }

    [Fact]
    public async Task One_byte_at_a_time_is_enough()
    {
        byte[] content = Sample(5000);
        Assert.Equal(content, Read(await CompressAsync(content, "-19"), pieceBytes: 1));
    }

    [Fact]
    public async Task Frames_one_after_the_other_are_one_stream()
    {
        byte[] first = await CompressAsync("first,"u8.ToArray(), "-1");
        byte[] second = await CompressAsync("second"u8.ToArray(), "-19");
        Assert.Equal("first,second"u8.ToArray(), await ReadAsync([.. first, .. second]));
    }

    // RFC 8878, 3.1.2: magic number, length, and that many bytes of someone else.
    [Fact]
    public async Task Frames_to_be_passed_over_are_passed_over()
    {
        byte[] skipped = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        Assert.Equal("content"u8.ToArray(), await ReadAsync([.. skipped, .. await CompressAsync("content"u8.ToArray(), "-3"), .. skipped]));
    }

    [Fact]
    public async Task Nothing_holds_nothing() => Assert.Empty(await ReadAsync([]));

    [Fact]
    public async Task A_stream_that_ends_early_is_an_error_wherever_it_ends()
    {
        byte[] compressed = await CompressAsync(Sample(300_000), "-3");
        for (int length = 1; length < compressed.Length; length += 1 + (length / 8))
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(compressed[..length]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(compressed[..^1]));
    }

    [Fact]
    public async Task A_stream_that_ends_early_in_its_second_frame_is_an_error()
    {
        byte[] frame = await CompressAsync(Sample(1000), "-3");
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([.. frame, .. frame[..10]]));
    }

    [Fact]
    public async Task Damage_is_noticed()
    {
        byte[] compressed = await CompressAsync(Sample(300_000), "-3");
        for (int offset = 0; offset < compressed.Length; offset += compressed.Length / 20)
        {
            byte[] damaged = [.. compressed];
            damaged[offset] ^= 0x41;
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(damaged));
        }
    }

    [Fact]
    public async Task What_is_no_zstd_is_an_error() => await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync("no zstd at all"u8.ToArray()));

    [Fact]
    public async Task The_compressed_stream_is_closed_with_the_result()
    {
        MemoryStream compressed = new(await CompressAsync([1], "-3"));
        await ZstdDecoder.Open(compressed).DisposeAsync();
        Assert.False(compressed.CanRead);
    }

    [Fact]
    public async Task A_closed_stream_is_not_read()
    {
        Stream closed = ZstdDecoder.Open(new MemoryStream(await CompressAsync(Sample(10), "-3")));
        await closed.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => closed.ReadByte());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await closed.ReadExactlyAsync(new byte[10], Ct));
        await closed.DisposeAsync();
    }

    // Half of it can be compressed, so that there are blocks of several kinds.
    private static byte[] Sample(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes.AsSpan(0, length / 2));
        return bytes;
    }

    private static async Task<byte[]> CompressAsync(byte[] content, string level)
    {
        Assert.SkipUnless(ZstdDecoder.IsAvailable, "libzstd.so.1 is not on this machine");
        Collector output = new();
        ProcessRequest zstd = new() { File = Requires.Tool("zstd"), Arguments = ["-q", level, "-c"], Input = content };
        Assert.Equal(0, await ProcessRunner.Direct.RunAsync(zstd, output, started: null, Ct));
        return output.Bytes(OutputStream.StandardOutput);
    }

    private static async Task<byte[]> ReadAsync(byte[] compressed)
    {
        using MemoryStream content = new();
        await using Stream stream = ZstdDecoder.Open(new MemoryStream(compressed));
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }

    private static byte[] Read(byte[] compressed, int pieceBytes)
    {
        using MemoryStream content = new();
        using Stream stream = ZstdDecoder.Open(new MemoryStream(compressed));
        stream.CopyTo(content, pieceBytes);
        return content.ToArray();
    }
}
