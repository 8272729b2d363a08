using Caisson.Linux.Native;

namespace Caisson.Linux.Tests.Native;

public sealed class Bzip2DecoderTests() : SystemDecoderContract("bzip2", Bzip2Decoder.IsAvailable, Bzip2Decoder.Open)
{
    [Fact]
    public async Task Nothing_is_no_stream() => await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([]));
}
