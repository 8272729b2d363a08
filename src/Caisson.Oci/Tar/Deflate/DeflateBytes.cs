using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>How the match finders read data: always little-endian, so that every machine finds the same matches.</summary>
internal static class DeflateBytes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read32(ReadOnlySpan<byte> data, int position) => BinaryPrimitives.ReadUInt32LittleEndian(data.Slice(position, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read64(ReadOnlySpan<byte> data, int position) => BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(position, 8));

    /// <summary>How many bytes at two positions are the same, up to a match's greatest length and the end of the data.</summary>
    public static int CommonLength(ReadOnlySpan<byte> data, int earlier, int later)
    {
        int limit = Math.Min(DeflateFormat.MaxMatch, data.Length - later);
        int length = 0;
        for (; length + 8 <= limit; length += 8)
        {
            ulong difference = Read64(data, earlier + length) ^ Read64(data, later + length);
            if (difference != 0)
                return length + (BitOperations.TrailingZeroCount(difference) >> 3);
        }
        while (length < limit && data[earlier + length] == data[later + length])
            length++;
        return length;
    }
}
