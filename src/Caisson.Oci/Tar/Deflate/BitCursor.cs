using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>A place among bits: the bits known, lowest first, and the byte after them. Small, so that it lives in registers.</summary>
internal struct BitCursor
{
    /// <summary>The next bits; what stands above <see cref="Count"/> of them means nothing.</summary>
    public ulong Bits;

    /// <summary>How many bits are known.</summary>
    public int Count;

    /// <summary>The first byte that is not among the known bits.</summary>
    public int Position;

    /// <summary>Knows at least 56 bits afterwards. Eight bytes must be left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill(ReadOnlySpan<byte> bytes)
    {
        Bits |= BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(Position, 8)) << Count;
        Position += (63 - Count) >> 3;
        Count |= 56;
    }

    /// <summary>Uses known bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(int count)
    {
        Bits >>= count;
        Count -= count;
    }

    /// <summary>Uses up to 31 known bits and returns them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        int value = (int)(Bits & ((1UL << count) - 1));
        Drop(count);
        return value;
    }
}
