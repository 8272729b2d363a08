using System.Numerics;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>A repetition: how many bytes, and how far back they stand. The default value is no match.</summary>
internal readonly struct Match
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Match(int length, int distance) => Packed = ((uint)length << 16) | (uint)distance;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Match(uint packed) => Packed = packed;

    /// <summary>Length and distance in one word.</summary>
    public uint Packed { get; }

    public bool IsNone => Packed == 0;

    public int Length => (int)(Packed >> 16);

    public int Distance => (int)(Packed & 0xFFFF);

    /// <summary>The DEFLATE symbol of the distance.</summary>
    public int DistanceSymbol
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            uint less = (Packed & 0xFFFF) - 1;
            if (less < 2)
                return (int)less;
            int log = BitOperations.Log2(less);
            return (2 * log) + (int)((less >> (log - 1)) & 1);
        }
    }

    /// <summary>The DEFLATE symbol of the length, less the first length symbol.</summary>
    public int LengthSymbol
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => LengthSymbols[(byte)((Packed >> 16) - DeflateFormat.MinMatch)];
    }

    // One entry for each length from 3 to 258.
    private static readonly byte[] LengthSymbols = MakeLengthSymbols();

    private static byte[] MakeLengthSymbols()
    {
        byte[] symbols = new byte[256];
        for (int symbol = 0; symbol < DeflateFormat.LengthBase.Length; symbol++)
            symbols.AsSpan(DeflateFormat.LengthBase[symbol] - DeflateFormat.MinMatch).Fill((byte)symbol);
        return symbols;
    }
}
