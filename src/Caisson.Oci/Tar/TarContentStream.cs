namespace Caisson.Oci.Tar;

/// <summary>The content of one entry, until its reader goes on to the next.</summary>
internal sealed class TarContentStream : ForwardReadStream
{
    private readonly TarReader _reader;
    private readonly long _entryNumber;
    private readonly SparseMap? _map;
    private int _segment;
    private long _position;

    /// <param name="reader">Whose current entry this is.</param>
    /// <param name="entryNumber">Tells when that entry is no longer current.</param>
    /// <param name="lengthBytes">The length of what this stream gives.</param>
    /// <param name="map">The parts with data, when holes are to be filled; null gives the data as it is.</param>
    public TarContentStream(TarReader reader, long entryNumber, long lengthBytes, SparseMap? map)
    {
        _reader = reader;
        _entryNumber = entryNumber;
        Length = lengthBytes;
        _map = map;
    }

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..NextPart(buffer.Length, out bool isHole)];
        if (isHole)
            buffer.Clear();
        else if (!buffer.IsEmpty)
            buffer = buffer[.._reader.ReadContent(buffer)];
        _position += buffer.Length;
        return buffer.Length;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer = buffer[..NextPart(buffer.Length, out bool isHole)];
        if (isHole)
            buffer.Span.Clear();
        else if (!buffer.IsEmpty)
            buffer = buffer[..await _reader.ReadContentAsync(buffer, cancellationToken).ConfigureAwait(false)];
        _position += buffer.Length;
        return buffer.Length;
    }

    // How much of what was asked for comes next from one place, and whether that place is a hole.
    private int NextPart(int asked, out bool isHole)
    {
        isHole = false;
        if (_reader.EntryNumber != _entryNumber)
            throw new InvalidOperationException("the reader has gone on to another entry");
        long end = Length;
        if (_map is not null)
        {
            while (_segment < _map.Segments.Length && _map.Segments[_segment].EndBytes <= _position)
                _segment++;
            TarSparseSegment next = _segment < _map.Segments.Length ? _map.Segments[_segment] : new TarSparseSegment(Length, 0);
            isHole = _position < next.OffsetBytes;
            end = isHole ? next.OffsetBytes : next.EndBytes;
        }
        return (int)Math.Min(asked, end - _position);
    }
}
