using System.Numerics;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>How often each symbol occurs: literals, end of block and lengths from index 0, distances from <see cref="Distances"/>.</summary>
[InlineArray(Total)]
internal struct SymbolCounts
{
    /// <summary>The index of the first distance symbol.</summary>
    public const int Distances = 288;

    /// <summary>The symbols of both alphabets, those that never occur included.</summary>
    public const int Total = Distances + 32;

    private const int FractionBits = 8;

    // 256 times the binary logarithm of 1 + i/256, made with integers so that it is the same everywhere.
    private static readonly ushort[] LogFractions = MakeLogFractions();

    private uint _first;

    /// <summary>What the symbols cost with an ideal code of their own, in 1/256 bits, extra bits not counted.</summary>
    public static long Cost(ReadOnlySpan<uint> counts) => AlphabetCost(counts[..Distances]) + AlphabetCost(counts[Distances..]);

    private static long AlphabetCost(ReadOnlySpan<uint> counts)
    {
        ushort[] fractions = LogFractions;
        uint total = 0;
        long saved = 0;
        foreach (uint count in counts)
        {
            if (count < 2)
            {
                total += count;
                continue;
            }
            total += count;
            saved += count * (long)Log(count, fractions);
        }
        return total < 2 ? 0 : (total * (long)Log(total, fractions)) - saved;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Log(uint value, ushort[] fractions)
    {
        int whole = BitOperations.Log2(value);
        uint mantissa = (uint)(((ulong)value << FractionBits) >> whole) & ((1 << FractionBits) - 1);
        return (whole << FractionBits) + fractions[mantissa];
    }

    private static ushort[] MakeLogFractions()
    {
        ushort[] fractions = new ushort[1 << FractionBits];
        for (int i = 0; i < fractions.Length; i++)
        {
            // Squaring doubles the logarithm; each time it passes 2, the next bit of it is 1.
            ulong mantissa = ((1UL << FractionBits) + (uint)i) << (31 - FractionBits);
            for (int bit = FractionBits - 1; bit >= 0; bit--)
            {
                mantissa = (mantissa * mantissa) >> 31;
                if (mantissa < 1UL << 32)
                    continue;
                mantissa >>= 1;
                fractions[i] |= (ushort)(1 << bit);
            }
        }
        return fractions;
    }
}
