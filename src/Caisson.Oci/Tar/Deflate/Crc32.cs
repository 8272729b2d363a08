using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>The CRC-32 of gzip. Values are finished: the CRC of nothing is 0, and a value goes back in to continue it.</summary>
/// <remarks>
/// RFC 1952, section 8; reflected polynomial 0xEDB88320. Where the processor multiplies without carries, 64 bytes are folded
/// at a time (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009);
/// elsewhere eight tables take eight bytes at a time. Both give the same value.
/// </remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private const int VectorBytes = 64;
    private const uint One = 1U << 31; // the polynomial 1: the lowest power stands in the highest bit

    private static readonly uint[] Tables = MakeTables();

    // x^(512±32) and x^(128±32) modulo the polynomial: they move 128 bits over the next 512 or 128 bits.
    private static readonly Vector128<ulong> FoldFar = FoldBy(512);
    private static readonly Vector128<ulong> FoldNear = FoldBy(128);

    /// <summary>Continues a CRC with more bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        if (Pclmulqdq.IsSupported && bytes.Length >= 2 * VectorBytes)
        {
            int folded = bytes.Length & ~15;
            state = FoldVectors(state, bytes[..folded]);
            bytes = bytes[folded..];
        }
        return ~AppendScalar(state, bytes);
    }

    /// <summary>Continues a CRC without vector instructions.</summary>
    internal static uint AppendPortable(uint crc, ReadOnlySpan<byte> bytes) => ~AppendScalar(~crc, bytes);

    /// <summary>The CRC of two parts, one after the other, from the CRC of each.</summary>
    public static uint Combine(uint first, uint second, long secondBytes) => Multiply(PowerOfX(8 * (ulong)secondBytes), first) ^ second;

    private static uint AppendScalar(uint state, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables.AsSpan(0, Slices * 256);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = tables[(7 * 256) + (byte)word]
                ^ tables[(6 * 256) + (byte)(word >> 8)]
                ^ tables[(5 * 256) + (byte)(word >> 16)]
                ^ tables[(4 * 256) + (byte)(word >> 24)]
                ^ tables[(3 * 256) + (byte)(word >> 32)]
                ^ tables[(2 * 256) + (byte)(word >> 40)]
                ^ tables[(1 * 256) + (byte)(word >> 48)]
                ^ tables[(byte)(word >> 56)];
        }
        foreach (byte b in bytes)
            state = tables[(byte)(state ^ b)] ^ (state >> 8);
        return state;
    }

    // At least 128 bytes, in whole vectors.
    private static uint FoldVectors(uint state, ReadOnlySpan<byte> bytes)
    {
        Vector128<ulong> a = Load(bytes, 0) ^ Vector128.CreateScalar((ulong)state);
        Vector128<ulong> b = Load(bytes, 16);
        Vector128<ulong> c = Load(bytes, 32);
        Vector128<ulong> d = Load(bytes, 48);
        for (bytes = bytes[VectorBytes..]; bytes.Length >= VectorBytes; bytes = bytes[VectorBytes..])
        {
            a = Fold(a, FoldFar) ^ Load(bytes, 0);
            b = Fold(b, FoldFar) ^ Load(bytes, 16);
            c = Fold(c, FoldFar) ^ Load(bytes, 32);
            d = Fold(d, FoldFar) ^ Load(bytes, 48);
        }
        a = Fold(Fold(Fold(a, FoldNear) ^ b, FoldNear) ^ c, FoldNear) ^ d;
        for (; bytes.Length > 0; bytes = bytes[16..])
            a = Fold(a, FoldNear) ^ Load(bytes, 0);
        Span<byte> rest = stackalloc byte[16];
        a.AsByte().CopyTo(rest);
        return AppendScalar(0, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int offset) => MemoryMarshal.Read<Vector128<ulong>>(bytes[offset..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(value, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, powers, 0x11);

    // A product of reflected factors comes out one bit low; the shift makes up for it.
    private static Vector128<ulong> FoldBy(ulong bits) =>
        Vector128.Create((ulong)PowerOfX(bits + 32) << 1, (ulong)PowerOfX(bits - 32) << 1);

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (uint bit = One; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }
        return product;
    }

    private static uint PowerOfX(ulong exponent)
    {
        uint power = One;
        for (uint square = One >> 1; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                power = Multiply(square, power);
            square = Multiply(square, square);
        }
        return power;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            tables[i] = value;
        }
        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
