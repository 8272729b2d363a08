using System.Buffers.Binary;
using Caisson.Linux.Native;

namespace Caisson.Linux.Tests.Native;

public sealed class XzDecoderTests() : SystemDecoderContract("xz", XzDecoder.IsAvailable, XzDecoder.Open)
{
    // The .xz file format 1.2.1, section 5: padding is zeros, a multiple of four.
    [Fact]
    public async Task Padding_between_streams_is_passed_over() =>
        Assert.Equal("ab"u8.ToArray(), await ReadAsync([.. await CompressAsync("a"u8.ToArray(), "-1"), 0, 0, 0, 0, .. await CompressAsync("b"u8.ToArray(), "-1"), 0, 0, 0, 0]));

    [Fact]
    public async Task Nothing_is_no_stream() => await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([]));

    // The dictionary's size stands in the block's header, whose CRC is made right again.
    [Fact]
    public async Task Data_that_asks_for_a_gigabyte_is_refused()
    {
        byte[] compressed = await CompressAsync("content"u8.ToArray(), "-6");
        const int header = 12;
        int headerBytes = (compressed[header] + 1) * 4;
        int size = Array.IndexOf(compressed, (byte)0x21, header) + 2; // LZMA2, with one byte of properties
        compressed[size] = 38; // 3 GiB - 1 would be 39
        BinaryPrimitives.WriteUInt32LittleEndian(compressed.AsSpan(header + headerBytes - 4), Crc32(compressed.AsSpan(header, headerBytes - 4)));
        InvalidDataException failure = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(compressed));
        Assert.Equal("the xz data asks for more than 512 MiB of memory", failure.Message);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
