using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Looks up a prefix code by the next bits of the input: one step for short codes, two for long ones.</summary>
/// <remarks>RFC 1951, section 3.2.2. An entry holds the bits to drop, the extra bits that follow, what it is, and its value.</remarks>
internal sealed class InflateTable
{
    /// <summary>The entry is a literal; its value is the byte.</summary>
    public const uint Literal = 0x100;

    /// <summary>The entry ends the block.</summary>
    public const uint EndOfBlock = 0x200;

    /// <summary>The code goes on in a second table.</summary>
    public const uint Continues = 0x400;

    /// <summary>No symbol has this code, or the symbol means nothing.</summary>
    public const uint Invalid = 0x800;

    private const int Capacity = 8192; // 2048 and at most 143 second tables of 16
    private const int ValueShift = 16;

    private readonly int _primaryBits;
    private readonly uint[] _payloads;
    private Entries _entries;

    /// <param name="primaryBits">The bits of the first lookup.</param>
    /// <param name="payloads">What each symbol means: flags, extra bits and value.</param>
    public InflateTable(int primaryBits, uint[] payloads)
    {
        _primaryBits = primaryBits;
        _payloads = payloads;
    }

    [InlineArray(Capacity)]
    private struct Entries
    {
        private uint _first;
    }

    /// <summary>What literal and length symbols mean.</summary>
    public static uint[] LiteralPayloads { get; } = MakeLiteralPayloads();

    /// <summary>What distance symbols mean.</summary>
    public static uint[] DistancePayloads { get; } = MakeDistancePayloads();

    /// <summary>What the symbols of a code-length code mean: themselves.</summary>
    public static uint[] LengthCodePayloads { get; } = [.. Enumerable.Range(0, DeflateFormat.LengthCodeSymbols).Select(i => Payload(i, 0))];

    public static int BitsOf(uint entry) => (int)(entry & 15);

    public static int ExtraBitsOf(uint entry) => (int)((entry >> 4) & 15);

    public static int ValueOf(uint entry) => (int)(entry >> ValueShift);

    /// <summary>The entry for the next bits; one that <see cref="Continues"/> is resolved with <see cref="Continue"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Look(ulong bits, uint mask) => _entries[(int)((uint)bits & mask & (Capacity - 1))];

    /// <summary>The entry behind one that continues, for the bits after those of the first table.</summary>
    public uint Continue(uint entry, ulong bits) =>
        _entries[(ValueOf(entry) + (int)((uint)bits & ((1U << ExtraBitsOf(entry)) - 1))) & (Capacity - 1)];

    /// <summary>Makes the table; false when the lengths are those of no code.</summary>
    /// <remarks>As zlib does, a code with a single symbol of one bit passes, and an empty one as long as it is not used.</remarks>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Span<int> next = stackalloc int[DeflateFormat.MaxCodeBits + 2];
        next.Clear();
        int longest = 0;
        foreach (byte length in lengths)
        {
            next[length + 1]++;
            longest = Math.Max(longest, length);
        }
        int left = 1;
        for (int bits = 1; bits <= DeflateFormat.MaxCodeBits; bits++)
        {
            left = (left << 1) - next[bits + 1];
            if (left < 0)
                return false;
        }
        if (left > 0 && longest > 1)
            return false;
        next[1] = 0;
        for (int bits = 2; bits < next.Length; bits++)
            next[bits] = (next[bits] + next[bits - 1]) << 1;
        Fill(lengths, next, longest);
        return true;
    }

    private void Fill(ReadOnlySpan<byte> lengths, Span<int> next, int longest)
    {
        Span<uint> entries = _entries;
        int primarySize = 1 << _primaryBits;
        entries[..primarySize].Fill(Invalid | 1);
        int free = primarySize;
        int subBits = Math.Max(0, longest - _primaryBits);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int bits = lengths[symbol];
            if (bits == 0)
                continue;
            int code = HuffmanCode.Reverse(next[bits]++, bits);
            if (bits <= _primaryBits)
            {
                for (int i = code; i < primarySize; i += 1 << bits)
                    entries[i] = _payloads[symbol] | (uint)bits;
                continue;
            }
            ref uint link = ref entries[code & (primarySize - 1)];
            if ((link & Continues) == 0)
            {
                link = Continues | ((uint)free << ValueShift) | ((uint)subBits << 4) | (uint)_primaryBits;
                free += 1 << subBits;
            }
            for (int i = code >> _primaryBits; i < 1 << subBits; i += 1 << (bits - _primaryBits))
                entries[ValueOf(link) + i] = _payloads[symbol] | (uint)(bits - _primaryBits);
        }
    }

    private static uint Payload(int value, int extraBits) => ((uint)value << ValueShift) | ((uint)extraBits << 4);

    private static uint[] MakeLiteralPayloads()
    {
        uint[] payloads = new uint[288];
        Array.Fill(payloads, Invalid);
        for (int literal = 0; literal < 256; literal++)
            payloads[literal] = Literal | Payload(literal, 0);
        payloads[DeflateFormat.EndOfBlock] = EndOfBlock;
        for (int i = 0; i < DeflateFormat.LengthBase.Length; i++)
            payloads[DeflateFormat.FirstLengthSymbol + i] = Payload(DeflateFormat.LengthBase[i], DeflateFormat.LengthExtraBits[i]);
        return payloads;
    }

    private static uint[] MakeDistancePayloads()
    {
        uint[] payloads = new uint[32];
        Array.Fill(payloads, Invalid);
        for (int i = 0; i < DeflateFormat.DistanceSymbols; i++)
            payloads[i] = Payload(DeflateFormat.DistanceBase[i], DeflateFormat.DistanceExtraBits[i]);
        return payloads;
    }
}
