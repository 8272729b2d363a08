using Caisson.Linux.Native;

namespace Caisson.Linux.Tests.Native;

public sealed class ZstdDecoderTests() : SystemDecoderContract("zstd", ZstdDecoder.IsAvailable, ZstdDecoder.Open)
{
    // RFC 8878, 3.1.2: magic number, length, and that many bytes of someone else.
    [Fact]
    public async Task Frames_to_be_passed_over_are_passed_over()
    {
        byte[] skipped = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        Assert.Equal("content"u8.ToArray(), await ReadAsync([.. skipped, .. await CompressAsync("content"u8.ToArray(), "-3"), .. skipped]));
    }

    [Fact]
    public async Task Nothing_holds_nothing() => Assert.Empty(await ReadAsync([]));
}
