using System.Diagnostics;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Compresses one chunk of a stream by itself, so that chunks can be compressed in any order and then joined.</summary>
/// <remarks>The bytes depend on the chunk, its dictionary and the level only. Used by one thread at a time.</remarks>
internal sealed class ChunkCompressor
{
    /// <summary>
    /// The bytes of each chunk but the last: with its dictionary a chunk fills a pooled array of 256 KiB. Part of the codec:
    /// another size gives other bytes.
    /// </summary>
    public const int ChunkBytes = (256 * 1024) - DeflateFormat.WindowBytes;

    /// <summary>The bytes that the largest chunk may need: stored blocks, the joint, and what the bit writer writes ahead.</summary>
    public const int MaxOutputBytes = ChunkBytes + (ChunkBytes / 512) + 64;

    private readonly ISegmentParser? _parser; // none where nothing is looked for
    private readonly PendingBlock _block;
    private readonly BlockWriter _writer = new();

    /// <summary>Makes the compressor of a level from 0 to 9.</summary>
    public ChunkCompressor(int level)
    {
        _parser = level == GzipOptions.StoredLevel ? null : ParserOf(level);
        _block = new PendingBlock(_parser?.SegmentBytes ?? 0);
    }

    /// <summary>Compresses what follows the dictionary, into whole bytes that hold no last block.</summary>
    /// <param name="data">The dictionary, up to 32 KiB that precede the chunk, and then the chunk.</param>
    /// <param name="dictionaryBytes">The length of the dictionary.</param>
    /// <param name="output">At least <see cref="MaxOutputBytes"/>.</param>
    /// <returns>The bytes written.</returns>
    public int Compress(ReadOnlySpan<byte> data, int dictionaryBytes, byte[] output)
    {
        BitWriter bits = new(output);
        if (_parser is null)
        {
            BlockWriter.WriteStored(ref bits, data[dictionaryBytes..]);
            return bits.Position;
        }
        _parser.Start(data, dictionaryBytes);
        _block.Clear();
        int blockStart = dictionaryBytes;
        int position = dictionaryBytes;
        while (position < data.Length)
        {
            if (_block.EndsWithoutMatch && IncompressibleEnd(_parser, data, position) is var stored && stored > position)
            {
                _writer.Write(ref bits, data[blockStart..position], _block);
                _block.Clear();
                BlockWriter.WriteStored(ref bits, data[position..stored]);
                position = blockStart = stored;
                continue;
            }
            int segmentStart = position;
            _block.StartSegment();
            position = _parser.Parse(data, position, Math.Min(position + _parser.SegmentBytes, data.Length), _block);
            if (_block.MustCut)
            {
                _writer.Write(ref bits, data[blockStart..segmentStart], _block);
                _block.Cut();
                blockStart = segmentStart;
            }
            _block.Join();
        }
        if (blockStart < data.Length)
            _writer.Write(ref bits, data[blockStart..], _block);
        if (bits.PendingBits > 0)
            BlockWriter.WriteStored(ref bits, []);
        return bits.Position;
    }

    // Where the stretch ends that neither matches nor codes can shorten: such bytes go out as they are, unparsed. Only whole pieces are judged.
    private static int IncompressibleEnd(ISegmentParser parser, ReadOnlySpan<byte> data, int start)
    {
        int end = start;
        while (end + RandomBytes.JudgedBytes <= data.Length
            && RandomBytes.Look(data.Slice(end, RandomBytes.JudgedBytes))
            && parser.FindsNothing(data, end, end + RandomBytes.JudgedBytes))
            end += RandomBytes.JudgedBytes;
        return end;
    }

    private static ISegmentParser ParserOf(int level) => level switch
    {
        1 => new FastParser(new FastSettings(HashedBytes: 7, MissShift: 3, RememberEnds: false, SegmentBytes: 128 * 1024)),
        2 => new FastParser(new FastSettings(HashedBytes: 5, MissShift: 5, RememberEnds: true, SegmentBytes: 16 * 1024)),
        3 or 4 => new LazyParser(new LazySettings(Depth: 4, NiceLength: 64, LazyBelow: 0, InsertStep: 2)),
        5 or 6 => new LazyParser(new LazySettings(Depth: 4, NiceLength: 64, LazyBelow: 16, InsertStep: 1)),
        7 or 8 => new LazyParser(new LazySettings(Depth: 8, NiceLength: 128, LazyBelow: 64, InsertStep: 1)),
        9 => new LazyParser(new LazySettings(Depth: 16, NiceLength: DeflateFormat.MaxMatch, LazyBelow: DeflateFormat.MaxMatch, InsertStep: 1)),
        _ => throw new UnreachableException($"level {level}"),
    };
}
