using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>What a parser found since the last block was written: a block that grows segment by segment.</summary>
/// <remarks>
/// Life cycle: <see cref="StartSegment"/>, any number of <see cref="AddLiteral"/> and <see cref="Add"/>,
/// <see cref="EndSegment"/>; then, if <see cref="MustCut"/>, the block is written without this segment and
/// <see cref="Cut"/>; then <see cref="Join"/>.
/// </remarks>
internal sealed class PendingBlock
{
    private const int MaxSequences = 16 * 1024;
    private const int ShortestMatch = 4; // of those that parsers look for
    private const long HeaderCost = 512 << 8;

    private readonly Sequence[] _sequences;
    private readonly int _segmentSequences;
    private SymbolCounts _block;
    private SymbolCounts _segment;
    private SymbolCounts _merged;
    private long _blockCost;
    private long _segmentCost;
    private long _mergedCost;
    private int _joined;
    private int _count;
    private int _segmentStart;

    /// <param name="segmentBytes">The most bytes of a segment.</param>
    public PendingBlock(int segmentBytes)
    {
        _segmentSequences = (segmentBytes / ShortestMatch) + 2;
        _sequences = new Sequence[Math.Max(MaxSequences, _segmentSequences) + _segmentSequences];
    }

    /// <summary>The sequences of the block, without the newest segment unless that was joined.</summary>
    public ReadOnlySpan<Sequence> Sequences => _sequences.AsSpan(0, _joined);

    /// <summary>The symbols of the block, without the newest segment unless that was joined.</summary>
    public ReadOnlySpan<uint> Counts => _block;

    /// <summary>Begins a segment.</summary>
    public void StartSegment()
    {
        ((Span<uint>)_segment).Clear();
        _segmentStart = _count;
    }

    /// <summary>Counts a literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLiteral(byte literal) => _segment[literal]++;

    /// <summary>Counts literals.</summary>
    public void AddLiterals(ReadOnlySpan<byte> literals)
    {
        foreach (byte literal in literals)
            _segment[literal]++;
    }

    /// <summary>Adds literals that were counted, and the match after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int literals, Match match)
    {
        _sequences[_count++] = new Sequence(literals, match);
        _segment[DeflateFormat.FirstLengthSymbol + match.LengthSymbol]++;
        _segment[SymbolCounts.Distances + match.DistanceSymbol]++;
    }

    /// <summary>Ends the segment with literals that were counted and that no match follows.</summary>
    public void EndSegment(int literals)
    {
        EndsWithoutMatch = _count == _segmentStart && literals > 0;
        if (literals > 0)
            _sequences[_count++] = new Sequence(literals, default);
        ((ReadOnlySpan<uint>)_block).CopyTo(_merged);
        for (int symbol = 0; symbol < SymbolCounts.Total; symbol++)
            _merged[symbol] += _segment[symbol];
        _segmentCost = SymbolCounts.Cost(_segment);
        _mergedCost = SymbolCounts.Cost(_merged);
    }

    /// <summary>Whether the newest segment, which was joined, is nothing but literals. False where there is none.</summary>
    public bool EndsWithoutMatch { get; private set; }

    /// <summary>Whether the block should be written before the newest segment: the two are cheaper apart, or there is no more room.</summary>
    public bool MustCut =>
        _joined > 0 && (_count + _segmentSequences > _sequences.Length || _blockCost + _segmentCost + HeaderCost < _mergedCost);

    /// <summary>Forgets the block, which was written, and keeps the newest segment.</summary>
    public void Cut()
    {
        _sequences.AsSpan(_joined, _count - _joined).CopyTo(_sequences);
        _count -= _joined;
        _joined = 0;
        _mergedCost = _segmentCost;
        ((ReadOnlySpan<uint>)_segment).CopyTo(_merged);
    }

    /// <summary>Takes the newest segment into the block.</summary>
    public void Join()
    {
        _joined = _count;
        _blockCost = _mergedCost;
        ((ReadOnlySpan<uint>)_merged).CopyTo(_block);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _joined = 0;
        _count = 0;
        _blockCost = 0;
        EndsWithoutMatch = false;
        ((Span<uint>)_block).Clear();
    }
}
