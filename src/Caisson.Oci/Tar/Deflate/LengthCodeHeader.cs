namespace Caisson.Oci.Tar.Deflate;

/// <summary>The header of a dynamic block: the lengths of its two codes, run-length coded and then Huffman coded.</summary>
/// <remarks>RFC 1951, section 3.2.7.</remarks>
internal sealed class LengthCodeHeader
{
    private const int CopyPrevious = 16;
    private const int ZerosShort = 17;
    private const int ZerosLong = 18;

    private readonly HuffmanCode _code = new(DeflateFormat.LengthCodeSymbols, DeflateFormat.MaxLengthCodeBits);
    private readonly uint[] _counts = new uint[DeflateFormat.LengthCodeSymbols];
    private readonly byte[] _lengths = new byte[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];
    private readonly (byte Symbol, byte Extra)[] _items = new (byte, byte)[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];
    private int _itemCount;
    private int _literals;
    private int _distances;
    private int _lengthCodes;

    /// <summary>The bits of this header after the three that start a block.</summary>
    public int Bits { get; private set; }

    /// <summary>Prepares the header for a block with these codes.</summary>
    public void Build(ReadOnlySpan<byte> literalLengths, ReadOnlySpan<byte> distanceLengths)
    {
        _literals = Used(literalLengths, DeflateFormat.FirstLengthSymbol);
        _distances = Used(distanceLengths, 1);
        literalLengths[.._literals].CopyTo(_lengths);
        distanceLengths[.._distances].CopyTo(_lengths.AsSpan(_literals));
        Array.Clear(_counts);
        _itemCount = 0;
        CollectRuns(_lengths.AsSpan(0, _literals + _distances));
        _code.Build(_counts);

        _lengthCodes = DeflateFormat.LengthCodeSymbols;
        while (_lengthCodes > 4 && _code.Lengths[DeflateFormat.LengthCodeOrder[_lengthCodes - 1]] == 0)
            _lengthCodes--;
        Bits = 14 + (3 * _lengthCodes);
        for (int i = 0; i < _itemCount; i++)
            Bits += _code.Lengths[_items[i].Symbol] + ExtraBits(_items[i].Symbol);
    }

    /// <summary>Writes the header.</summary>
    public void Write(ref BitWriter bits)
    {
        bits.Put((ulong)(_literals - 257), 5);
        bits.Put((ulong)(_distances - 1), 5);
        bits.Put((ulong)(_lengthCodes - 4), 4);
        bits.Drain();
        for (int i = 0; i < _lengthCodes; i++)
        {
            bits.Put(_code.Lengths[DeflateFormat.LengthCodeOrder[i]], 3);
            bits.Drain();
        }
        for (int i = 0; i < _itemCount; i++)
        {
            (byte symbol, byte extra) = _items[i];
            bits.Put(_code.Codes[symbol], _code.Lengths[symbol]);
            bits.Put(extra, ExtraBits(symbol));
            bits.Drain();
        }
    }

    private static int Used(ReadOnlySpan<byte> lengths, int atLeast) =>
        Math.Max(atLeast, lengths.LastIndexOfAnyExcept((byte)0) + 1);

    private static int ExtraBits(byte symbol) => symbol switch { CopyPrevious => 2, ZerosShort => 3, ZerosLong => 7, _ => 0 };

    private void CollectRuns(ReadOnlySpan<byte> lengths)
    {
        for (int start = 0; start < lengths.Length;)
        {
            byte length = lengths[start];
            int run = lengths[start..].IndexOfAnyExcept(length);
            if (run < 0)
                run = lengths.Length - start;
            start += run;
            if (length == 0)
                AddZeros(run);
            else
                AddRun(length, run);
        }
    }

    private void AddZeros(int run)
    {
        for (; run >= 11; run -= Math.Min(run, 138))
            AddItem(ZerosLong, Math.Min(run, 138) - 11);
        if (run >= 3)
            AddItem(ZerosShort, run - 3);
        for (; run is 1 or 2; run--)
            AddItem(0, 0);
    }

    private void AddRun(byte length, int run)
    {
        AddItem(length, 0);
        for (run--; run >= 3; run -= Math.Min(run, 6))
            AddItem(CopyPrevious, Math.Min(run, 6) - 3);
        for (; run > 0; run--)
            AddItem(length, 0);
    }

    private void AddItem(int symbol, int extra)
    {
        _items[_itemCount++] = ((byte)symbol, (byte)extra);
        _counts[symbol]++;
    }
}
