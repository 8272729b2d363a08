using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Takes the first match it meets: one candidate for each position, and few positions remembered.</summary>
internal sealed class FastParser : ISegmentParser
{
    private const int TableBits = 13;
    private const int ReadBytes = 8;
    private const int DictionaryStep = 4;
    private const ulong HashFactor = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio

    private readonly int _hashShift;
    private readonly int _missShift;
    private readonly bool _rememberEnds;
    private Table _table;

    public FastParser(FastSettings settings)
    {
        SegmentBytes = settings.SegmentBytes;
        _hashShift = 64 - (8 * settings.HashedBytes);
        _missShift = settings.MissShift;
        _rememberEnds = settings.RememberEnds;
    }

    [InlineArray(1 << TableBits)]
    private struct Table
    {
        private ushort _first;
    }

    /// <inheritdoc/>
    public int SegmentBytes { get; }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> data, int start)
    {
        ((Span<ushort>)_table).Clear();
        int end = Math.Min(start, data.Length - ReadBytes + 1);
        for (int position = 0; position < end; position += DictionaryStep)
            Slot(DeflateBytes.Read64(data, position)) = (ushort)position;
    }

    /// <inheritdoc/>
    public int Parse(ReadOnlySpan<byte> data, int start, int end, PendingBlock block)
    {
        int position = start;
        int literalStart = start;
        int misses = 0;
        int searchEnd = Math.Min(end, data.Length - ReadBytes + 1);
        while (position < searchEnd)
        {
            Match match = Find(data, position);
            if (match.IsNone)
            {
                position += 1 + (misses++ >> _missShift);
                continue;
            }
            misses = 0;
            block.AddLiterals(data[literalStart..position]);
            block.Add(position - literalStart, match);
            position += match.Length;
            literalStart = position;
            if (_rememberEnds && position < searchEnd)
                Slot(DeflateBytes.Read64(data, position - 2)) = (ushort)(position - 2);
        }
        position = Math.Min(Math.Max(position, end), data.Length);
        block.AddLiterals(data[literalStart..position]);
        block.EndSegment(position - literalStart);
        return position;
    }

    /// <inheritdoc/>
    public bool FindsNothing(ReadOnlySpan<byte> data, int start, int end) => false; // it does not look closely anyway

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Match Find(ReadOnlySpan<byte> data, int position)
    {
        ulong bytes = DeflateBytes.Read64(data, position);
        ref ushort slot = ref Slot(bytes);
        int distance = (ushort)(position - slot);
        slot = (ushort)position;
        if ((uint)(distance - 1) >= (uint)Math.Min(position, DeflateFormat.WindowBytes))
            return default;
        if (DeflateBytes.Read32(data, position - distance) != (uint)bytes)
            return default;
        return new Match(DeflateBytes.CommonLength(data, position - distance, position), distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ushort Slot(ulong bytes) =>
        ref _table[(int)(((bytes << _hashShift) * HashFactor) >> (64 - TableBits)) & ((1 << TableBits) - 1)];
}
