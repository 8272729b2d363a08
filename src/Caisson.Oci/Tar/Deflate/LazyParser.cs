namespace Caisson.Oci.Tar.Deflate;

/// <summary>Takes the longest match at a position, unless the next position has a longer one.</summary>
internal sealed class LazyParser : ISegmentParser
{
    // After many positions without a match, only every second one is searched, then fewer and fewer:
    // what is compressed already passes quickly, and the first match ends it.
    private const int MissesPerSkip = 64;
    private const int MaxSkip = 32;

    private readonly RowMatchFinder _finder;
    private readonly int _lazyBelow;
    private readonly int _insertStep;
    private int _misses;

    public LazyParser(LazySettings settings)
    {
        _finder = new RowMatchFinder(settings.Depth, settings.NiceLength);
        _lazyBelow = settings.LazyBelow;
        _insertStep = settings.InsertStep;
    }

    /// <inheritdoc/>
    public int SegmentBytes => 8 * 1024;

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> data, int start)
    {
        _misses = 0;
        _finder.Clear();
        _finder.Insert(data, 0, start, step: 2);
    }

    /// <inheritdoc/>
    public int Parse(ReadOnlySpan<byte> data, int start, int end, PendingBlock block)
    {
        RowMatchFinder finder = _finder;
        int position = start;
        int literalStart = start;
        while (position < end)
        {
            Match match = finder.Find(data, position, DeflateFormat.MinMatch);
            if (match.IsNone)
            {
                block.AddLiteral(data[position++]);
                if (++_misses >= MissesPerSkip)
                    position = Skip(data, position, block);
                continue;
            }
            _misses = 0;
            while (match.Length < _lazyBelow)
            {
                Match next = finder.Find(data, position + 1, match.Length);
                if (next.IsNone)
                    break;
                block.AddLiteral(data[position++]);
                match = next;
            }
            block.Add(position - literalStart, match);
            finder.Insert(data, position + 2, position + match.Length, _insertStep);
            position += match.Length;
            literalStart = position;
        }
        block.EndSegment(position - literalStart);
        return position;
    }

    /// <inheritdoc/>
    public bool FindsNothing(ReadOnlySpan<byte> data, int start, int end)
    {
        for (int position = start; position < end; position += MaxSkip + 1)
        {
            if (_finder.Find(data, position, DeflateFormat.MinMatch).IsNone)
                continue;
            _misses = 0;
            return false;
        }
        return true;
    }

    private int Skip(ReadOnlySpan<byte> data, int position, PendingBlock block)
    {
        int skip = Math.Min(_misses / MissesPerSkip, MaxSkip);
        int next = Math.Min(position + skip, data.Length);
        _misses += next - position;
        block.AddLiterals(data[position..next]);
        return next;
    }
}
