using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Writes one block in the smallest of the three forms: stored, with the fixed codes, or with codes of its own.</summary>
/// <remarks>RFC 1951, section 3.2.3. Never sets the mark of the last block: a member ends with an empty block.</remarks>
internal sealed class BlockWriter
{
    private const int StoredForm = 0;
    private const int FixedForm = 1;
    private const int DynamicForm = 2;
    private const int CountShift = 24;
    private const uint BitsMask = (1U << CountShift) - 1;

    private static readonly HuffmanCode FixedLiterals = HuffmanCode.FromLengths(DeflateFormat.FixedLiteralLengths());
    private static readonly HuffmanCode FixedDistances = HuffmanCode.FromLengths(DeflateFormat.FixedDistanceLengths());

    private readonly HuffmanCode _literals = new(DeflateFormat.LiteralSymbols, DeflateFormat.MaxCodeBits);
    private readonly HuffmanCode _distances = new(DeflateFormat.DistanceSymbols, DeflateFormat.MaxCodeBits);
    private readonly LengthCodeHeader _header = new();

    // Code and number of bits in one word; a length's code already holds its extra bits.
    private LiteralWords _literalWords;
    private LengthWords _lengthWords;
    private DistanceWords _distanceWords;

    [InlineArray(256)]
    private struct LiteralWords
    {
        private uint _first;
    }

    [InlineArray(512)]
    private struct LengthWords
    {
        private uint _first;
    }

    [InlineArray(32)]
    private struct DistanceWords
    {
        private uint _first;
    }

    /// <summary>Writes the block that stands for these bytes.</summary>
    public void Write(ref BitWriter bits, ReadOnlySpan<byte> bytes, PendingBlock block)
    {
        Span<uint> counts = stackalloc uint[SymbolCounts.Total];
        block.Counts.CopyTo(counts);
        counts[DeflateFormat.EndOfBlock] = 1;
        ReadOnlySpan<uint> literalCounts = counts[..DeflateFormat.LiteralSymbols];
        ReadOnlySpan<uint> distanceCounts = counts.Slice(SymbolCounts.Distances, DeflateFormat.DistanceSymbols);
        _literals.Build(literalCounts);
        _distances.Build(distanceCounts);
        _header.Build(_literals.Lengths, _distances.Lengths);
        long extraBits = ExtraBits(literalCounts, distanceCounts);
        long dynamicBits = _header.Bits + CodeBits(literalCounts, _literals) + CodeBits(distanceCounts, _distances) + extraBits;
        long fixedBits = CodeBits(literalCounts, FixedLiterals) + CodeBits(distanceCounts, FixedDistances) + extraBits;
        if (StoredBits(bytes.Length, bits.PendingBits) <= Math.Min(dynamicBits, fixedBits))
        {
            WriteStored(ref bits, bytes);
            return;
        }
        bool isFixed = fixedBits <= dynamicBits;
        bits.Put((ulong)(isFixed ? FixedForm : DynamicForm) << 1, 3);
        bits.Drain();
        if (!isFixed)
            _header.Write(ref bits);
        HuffmanCode literals = isFixed ? FixedLiterals : _literals;
        PrepareWords(literals, isFixed ? FixedDistances : _distances);
        WriteSymbols(ref bits, bytes, block.Sequences);
        bits.Put(literals.Codes[DeflateFormat.EndOfBlock], literals.Lengths[DeflateFormat.EndOfBlock]);
        bits.Drain();
    }

    /// <summary>Writes bytes as they are, in as many stored blocks as they need; ends on a whole byte.</summary>
    public static void WriteStored(ref BitWriter bits, ReadOnlySpan<byte> bytes)
    {
        do
        {
            int count = Math.Min(bytes.Length, DeflateFormat.MaxStoredBytes);
            bits.Put(StoredForm, 3);
            bits.Align();
            bits.Put((uint)count | ((~(uint)count & 0xFFFF) << 16), 32);
            bits.Drain();
            bits.PutBytes(bytes[..count]);
            bytes = bytes[count..];
        }
        while (!bytes.IsEmpty);
    }

    // Without the three bits that start a block of any form.
    private static long StoredBits(int length, int pendingBits)
    {
        int blocks = Math.Max(1, (length + DeflateFormat.MaxStoredBytes - 1) / DeflateFormat.MaxStoredBytes);
        int firstPadding = -(pendingBits + 3) & 7;
        return (8L * length) + (35L * blocks) + firstPadding + (5L * (blocks - 1)) - 3;
    }

    private static long CodeBits(ReadOnlySpan<uint> counts, HuffmanCode code)
    {
        ReadOnlySpan<byte> lengths = code.Lengths;
        long bits = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
            bits += (long)counts[symbol] * lengths[symbol];
        return bits;
    }

    private static long ExtraBits(ReadOnlySpan<uint> literalCounts, ReadOnlySpan<uint> distanceCounts)
    {
        long bits = 0;
        for (int symbol = 0; symbol < DeflateFormat.LengthExtraBits.Length; symbol++)
            bits += (long)literalCounts[DeflateFormat.FirstLengthSymbol + symbol] * DeflateFormat.LengthExtraBits[symbol];
        for (int symbol = 0; symbol < distanceCounts.Length; symbol++)
            bits += (long)distanceCounts[symbol] * DeflateFormat.DistanceExtraBits[symbol];
        return bits;
    }

    private void PrepareWords(HuffmanCode literals, HuffmanCode distances)
    {
        for (int literal = 0; literal < 256; literal++)
            _literalWords[literal] = Word(literals, literal);
        for (int index = 0; index < DeflateFormat.LengthBase.Length; index++)
        {
            uint word = Word(literals, DeflateFormat.FirstLengthSymbol + index) + ((uint)DeflateFormat.LengthExtraBits[index] << CountShift);
            int shift = literals.Lengths[DeflateFormat.FirstLengthSymbol + index];
            int first = DeflateFormat.LengthBase[index];
            int end = index + 1 < DeflateFormat.LengthBase.Length ? DeflateFormat.LengthBase[index + 1] : first + 1;
            for (int length = first; length < end; length++)
                _lengthWords[length] = word | ((uint)(length - first) << shift);
        }
        for (int symbol = 0; symbol < DeflateFormat.DistanceSymbols; symbol++)
            _distanceWords[symbol] = Word(distances, symbol);
    }

    private static uint Word(HuffmanCode code, int symbol) => code.Codes[symbol] | ((uint)code.Lengths[symbol] << CountShift);

    private void WriteSymbols(ref BitWriter output, ReadOnlySpan<byte> bytes, ReadOnlySpan<Sequence> sequences)
    {
        BitWriter bits = output;
        foreach (Sequence sequence in sequences)
        {
            WriteLiterals(ref bits, bytes[..sequence.Literals]);
            Match match = sequence.Match;
            bytes = bytes[(sequence.Literals + match.Length)..];
            if (match.IsNone)
                continue;
            PutWord(ref bits, _lengthWords[match.Length & 511]);
            int symbol = match.DistanceSymbol & 31;
            PutWord(ref bits, _distanceWords[symbol]);
            bits.Put((uint)match.Distance - DeflateFormat.DistanceBase[symbol], DeflateFormat.DistanceExtraBits[symbol]);
            bits.Drain();
        }
        output = bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteLiterals(ref BitWriter bits, ReadOnlySpan<byte> literals)
    {
        // Three codes of at most 15 bits fit beside the 7 that may wait.
        while (literals.Length >= 3)
        {
            PutWord(ref bits, _literalWords[literals[0]]);
            PutWord(ref bits, _literalWords[literals[1]]);
            PutWord(ref bits, _literalWords[literals[2]]);
            bits.Drain();
            literals = literals[3..];
        }
        if (literals.IsEmpty)
            return;
        PutWord(ref bits, _literalWords[literals[0]]);
        if (literals.Length > 1)
            PutWord(ref bits, _literalWords[literals[1]]);
        bits.Drain();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutWord(ref BitWriter bits, uint word) => bits.Put(word & BitsMask, (int)(word >> CountShift));
}
