namespace Caisson.Oci.Tar.Deflate;

/// <summary>Divides data into literals and matches; what differs between compression levels.</summary>
/// <remarks>Life cycle: <see cref="Start"/> once for each chunk, then <see cref="Parse"/> until its end. Used by one thread at a time.</remarks>
internal interface ISegmentParser
{
    /// <summary>The bytes after which the parser hands back, for the block to be judged.</summary>
    int SegmentBytes { get; }

    /// <summary>Begins a chunk: forgets everything, then learns the bytes before <paramref name="start"/> as a dictionary.</summary>
    void Start(ReadOnlySpan<byte> data, int start);

    /// <summary>Whether a quick look at a stretch finds no match. It is remembered as if it was parsed, though not as densely.</summary>
    bool FindsNothing(ReadOnlySpan<byte> data, int start, int end);

    /// <summary>Adds one segment to the block and ends it.</summary>
    /// <returns>The end of the segment: at least <paramref name="end"/>, and beyond it where a match crosses it.</returns>
    int Parse(ReadOnlySpan<byte> data, int start, int end, PendingBlock block);
}
