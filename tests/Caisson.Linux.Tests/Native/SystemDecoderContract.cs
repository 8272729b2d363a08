using Caisson.Linux.Processes;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Native;

/// <summary>What every decoder of a system library does. The name of the format is that of the program that writes it.</summary>
/// <param name="format">The format.</param>
/// <param name="isAvailable">Whether the library is on this machine.</param>
/// <param name="open">Opens compressed data.</param>
public abstract class SystemDecoderContract(string format, bool isAvailable, Func<Stream, Stream> open)
{
    public static TheoryData<int> Lengths => [0, 1, 1000, (128 << 10) - 1, 128 << 10, (128 << 10) + 1, 3_000_000];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task What_the_program_wrote_is_read(int length)
    {
        byte[] content = Sample(length);
        byte[] compressed = await CompressAsync(content, "-6");
        Assert.Equal(content, await ReadAsync(compressed));
        Assert.Equal(content, Read(compressed, pieceBytes: 7777));
    }

    [Fact]
    public async Task One_byte_at_a_time_is_enough()
    {
        byte[] content = Sample(5000);
        Assert.Equal(content, Read(await CompressAsync(content, "-9"), pieceBytes: 1));
    }

    [Fact]
    public async Task Streams_one_after_the_other_are_one()
    {
        byte[] first = await CompressAsync("first,"u8.ToArray(), "-1");
        byte[] second = await CompressAsync("second"u8.ToArray(), "-9");
        Assert.Equal("first,second"u8.ToArray(), await ReadAsync([.. first, .. second]));
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_an_error_wherever_it_ends()
    {
        byte[] compressed = await CompressAsync(Sample(300_000), "-6");
        for (int length = 1; length < compressed.Length; length += 1 + (length / 8))
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(compressed[..length]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(compressed[..^1]));
    }

    [Fact]
    public async Task A_stream_that_ends_early_in_its_second_part_is_an_error()
    {
        byte[] frame = await CompressAsync(Sample(1000), "-6");
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([.. frame, .. frame[..10]]));
    }

    [Fact]
    public async Task Damage_is_noticed()
    {
        byte[] compressed = await CompressAsync(Sample(300_000), "-6");
        for (int offset = 0; offset < compressed.Length; offset += compressed.Length / 20)
        {
            byte[] damaged = [.. compressed];
            damaged[offset] ^= 0x41;
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(damaged));
        }
    }

    [Fact]
    public async Task What_is_of_no_format_is_an_error() => await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync("nothing of the kind"u8.ToArray()));

    [Fact]
    public async Task The_compressed_stream_is_closed_with_the_result()
    {
        MemoryStream compressed = new(await CompressAsync([1], "-6"));
        await open(compressed).DisposeAsync();
        Assert.False(compressed.CanRead);
    }

    [Fact]
    public async Task A_closed_stream_is_not_read()
    {
        Stream closed = open(new MemoryStream(await CompressAsync(Sample(10), "-6")));
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

    /// <summary>Content as the program of the format writes it.</summary>
    protected async Task<byte[]> CompressAsync(byte[] content, string level)
    {
        Assert.SkipUnless(isAvailable, $"the library for {format} is not on this machine");
        Collector output = new();
        ProcessRequest program = new() { File = Requires.Tool(format), Arguments = ["-q", level, "-c"], Input = content };
        Assert.Equal(0, await ProcessRunner.Direct.RunAsync(program, output, started: null, Ct));
        return output.Bytes(OutputStream.StandardOutput);
    }

    /// <summary>What compressed data holds.</summary>
    protected async Task<byte[]> ReadAsync(byte[] compressed)
    {
        using MemoryStream content = new();
        await using Stream stream = open(new MemoryStream(compressed));
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }

    private byte[] Read(byte[] compressed, int pieceBytes)
    {
        using MemoryStream content = new();
        using Stream stream = open(new MemoryStream(compressed));
        stream.CopyTo(content, pieceBytes);
        return content.ToArray();
    }
}
