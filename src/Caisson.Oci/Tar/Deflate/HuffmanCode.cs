namespace Caisson.Oci.Tar.Deflate;

/// <summary>A prefix code made from symbol counts, no code longer than a limit; the same counts give the same code everywhere.</summary>
/// <remarks>
/// RFC 1951, section 3.2.2. Lengths are those of a Huffman tree (van Leeuwen's two queues). Where the tree is deeper than
/// the limit, the too long codes are cut to it and shorter ones lengthened until the code is complete again.
/// </remarks>
internal sealed class HuffmanCode
{
    private readonly int _maxBits;
    private readonly ulong[] _sorted;
    private readonly uint[] _weights;
    private readonly ushort[] _parents;
    private readonly byte[] _depths;

    public HuffmanCode(int symbols, int maxBits)
    {
        _maxBits = maxBits;
        Lengths = new byte[symbols];
        Codes = new ushort[symbols];
        _sorted = new ulong[symbols];
        _weights = new uint[2 * symbols];
        _parents = new ushort[2 * symbols];
        _depths = new byte[2 * symbols];
    }

    /// <summary>The bits of each symbol's code; 0 for a symbol that does not occur.</summary>
    public byte[] Lengths { get; }

    /// <summary>Each symbol's code with its first bit lowest, as DEFLATE stores it.</summary>
    public ushort[] Codes { get; }

    /// <summary>The fixed codes of RFC 1951 and others whose lengths are given.</summary>
    public static HuffmanCode FromLengths(ReadOnlySpan<byte> lengths)
    {
        HuffmanCode code = new(lengths.Length, DeflateFormat.MaxCodeBits);
        lengths.CopyTo(code.Lengths);
        code.AssignCodes();
        return code;
    }

    /// <summary>Makes the code for these counts. At least two symbols get a code, as every decoder accepts that.</summary>
    public void Build(ReadOnlySpan<uint> counts)
    {
        int used = SortByCount(counts);
        Span<int> lengthCounts = stackalloc int[DeflateFormat.MaxCodeBits + 1];
        BuildTree(used);
        CountDepths(used, lengthCounts);
        AssignLengths(lengthCounts);
        AssignCodes();
    }

    private int SortByCount(ReadOnlySpan<uint> counts)
    {
        int used = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] != 0)
                _sorted[used++] = ((ulong)counts[symbol] << 16) | (uint)symbol;
        }
        for (int symbol = 0; used < 2; symbol++)
        {
            if (counts[symbol] == 0)
                _sorted[used++] = (1UL << 16) | (uint)symbol;
        }
        _sorted.AsSpan(0, used).Sort();
        return used;
    }

    // Leaves are nodes 0..used-1 in order of count, inner nodes follow in order of creation, which is order of weight too.
    private void BuildTree(int used)
    {
        for (int i = 0; i < used; i++)
            _weights[i] = (uint)(_sorted[i] >> 16);
        int leaf = 0;
        int inner = used;
        for (int node = used; node < (2 * used) - 1; node++)
        {
            int first = leaf < used && (inner >= node || _weights[leaf] <= _weights[inner]) ? leaf++ : inner++;
            int second = leaf < used && (inner >= node || _weights[leaf] <= _weights[inner]) ? leaf++ : inner++;
            _weights[node] = _weights[first] + _weights[second];
            _parents[first] = (ushort)node;
            _parents[second] = (ushort)node;
        }
    }

    private void CountDepths(int used, Span<int> lengthCounts)
    {
        int root = (2 * used) - 2;
        _depths[root] = 0;
        uint slack = 0;
        for (int node = root - 1; node >= 0; node--)
        {
            int depth = _depths[_parents[node]] + 1;
            _depths[node] = (byte)Math.Min(depth, byte.MaxValue - 1);
            if (node < used)
                lengthCounts[Math.Min(depth, _maxBits)]++;
        }
        for (int bits = 1; bits <= _maxBits; bits++)
            slack += (uint)lengthCounts[bits] << (_maxBits - bits);
        // Kraft: every step lengthens one shorter code by a bit and lets one code of the limit share its place.
        for (; slack > 1U << _maxBits; slack--)
        {
            int bits = _maxBits - 1;
            while (lengthCounts[bits] == 0)
                bits--;
            lengthCounts[bits]--;
            lengthCounts[bits + 1] += 2;
            lengthCounts[_maxBits]--;
        }
    }

    private void AssignLengths(ReadOnlySpan<int> lengthCounts)
    {
        Array.Clear(Lengths);
        int next = 0;
        for (int bits = _maxBits; bits > 0; bits--)
        {
            for (int i = 0; i < lengthCounts[bits]; i++)
                Lengths[(ushort)_sorted[next++]] = (byte)bits;
        }
    }

    private void AssignCodes()
    {
        Span<int> next = stackalloc int[DeflateFormat.MaxCodeBits + 2];
        foreach (byte bits in Lengths)
            next[bits + 1]++;
        next[1] = 0;
        for (int bits = 2; bits < next.Length; bits++)
            next[bits] = (next[bits] + next[bits - 1]) << 1;
        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int bits = Lengths[symbol];
            Codes[symbol] = bits == 0 ? (ushort)0 : Reverse(next[bits]++, bits);
        }
    }

    internal static ushort Reverse(int code, int bits)
    {
        uint mirrored = (uint)code;
        mirrored = ((mirrored & 0x5555) << 1) | ((mirrored >> 1) & 0x5555);
        mirrored = ((mirrored & 0x3333) << 2) | ((mirrored >> 2) & 0x3333);
        mirrored = ((mirrored & 0x0F0F) << 4) | ((mirrored >> 4) & 0x0F0F);
        mirrored = ((mirrored & 0x00FF) << 8) | (mirrored >> 8);
        return (ushort)(mirrored >> (16 - bits));
    }
}
