using System.Buffers.Binary;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Takes gzip apart: one or more members, each checked against its CRC and length, then zero padding or nothing.</summary>
/// <remarks>RFC 1952, section 2.3. Reads no stream: <see cref="TryRead"/> asks for input by returning false.</remarks>
internal sealed class GzipDecoder
{
    private const int InputBytes = 64 * 1024;
    private const int HeaderBytes = 10;
    private const int TrailerBytes = 8;
    private const int HeaderCrcFlag = 2;
    private const int ExtraFlag = 4;
    private const int NameFlag = 8;
    private const int CommentFlag = 16;
    private const int ReservedFlags = 0xE0;

    private readonly Inflater _inflater = new();
    private InflateInput _input = new(new byte[InputBytes]);
    private Part _part;
    private int _flags;
    private int _extraBytes;
    private uint _crc;
    private uint _lengthBytes;
    private bool _hasMember;

    // The parts of a member in their order.
    private enum Part
    {
        Header,
        ExtraLength,
        Extra,
        Name,
        Comment,
        HeaderCrc,
        Content,
        Trailer,
        Padding,
        End,
    }

    /// <summary>Where to put more input; then call <see cref="Filled"/>.</summary>
    public Memory<byte> Room() => _input.Room();

    /// <summary>Takes bytes that were read into the room; none mean that the input has ended.</summary>
    public void Filled(int count) => _input.Filled(count);

    /// <summary>Reads decoded bytes; false when more input is needed first. No bytes mean the end.</summary>
    /// <exception cref="InvalidDataException">The input is no gzip, is broken, or ends too early.</exception>
    public bool TryRead(Span<byte> destination, out int count)
    {
        count = 0;
        if (destination.IsEmpty)
            return true;
        while (_inflater.Pending.IsEmpty && _part != Part.End)
        {
            if (!_input.IsLast && _input.Available < Inflater.NeededBytes)
                return false;
            Advance();
        }
        count = Math.Min(destination.Length, _inflater.Pending.Length);
        _inflater.Pending[..count].CopyTo(destination);
        _inflater.Take(count);
        return true;
    }

    private void Advance()
    {
        switch (_part)
        {
            case Part.Header:
                ReadHeader();
                break;
            case Part.ExtraLength:
                _extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(Need(2));
                _part = Part.Extra;
                break;
            case Part.Extra:
                SkipExtra();
                break;
            case Part.Name or Part.Comment:
                SkipText();
                break;
            case Part.HeaderCrc:
                Need(2);
                StartContent();
                break;
            case Part.Content:
                ReadContent();
                break;
            case Part.Trailer:
                ReadTrailer();
                break;
            default:
                SkipPadding();
                break;
        }
    }

    private void ReadHeader()
    {
        if (_hasMember && _input.Available == 0)
        {
            _part = Part.End;
            return;
        }
        if (_hasMember && _input.NextByte == 0)
        {
            _part = Part.Padding;
            return;
        }
        ReadOnlySpan<byte> header = Need(HeaderBytes);
        if (header[0] != 0x1F || header[1] != 0x8B)
            throw new InvalidDataException(_hasMember ? "something that is not gzip follows the gzip data" : "the data is not gzip");
        if (header[2] != 8 || (header[3] & ReservedFlags) != 0)
            throw new InvalidDataException("the gzip header asks for something unknown");
        _flags = header[3];
        NextHeaderPart(Part.Header);
    }

    private void NextHeaderPart(Part done)
    {
        if (done < Part.ExtraLength && (_flags & ExtraFlag) != 0)
            _part = Part.ExtraLength;
        else if (done < Part.Name && (_flags & NameFlag) != 0)
            _part = Part.Name;
        else if (done < Part.Comment && (_flags & CommentFlag) != 0)
            _part = Part.Comment;
        else if ((_flags & HeaderCrcFlag) != 0)
            _part = Part.HeaderCrc;
        else
            StartContent();
    }

    private void SkipExtra()
    {
        if (_extraBytes > 0 && _input.Available == 0)
            throw EndsEarly();
        _extraBytes -= _input.TakeBytes(_extraBytes).Length;
        if (_extraBytes == 0)
            NextHeaderPart(Part.Extra);
    }

    private void SkipText()
    {
        if (_input.Available == 0)
            throw EndsEarly();
        while (_input.Available > 0)
        {
            if (_input.TakeBytes(1)[0] != 0)
                continue;
            NextHeaderPart(_part);
            return;
        }
    }

    private void StartContent()
    {
        _inflater.Restart();
        _crc = 0;
        _lengthBytes = 0;
        _part = Part.Content;
    }

    private void ReadContent()
    {
        _inflater.Decode(ref _input);
        _crc = Crc32.Append(_crc, _inflater.Pending);
        _lengthBytes += (uint)_inflater.Pending.Length;
        if (_inflater.IsFinished)
            _part = Part.Trailer;
    }

    private void ReadTrailer()
    {
        ReadOnlySpan<byte> trailer = Need(TrailerBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _crc)
            throw new InvalidDataException("the gzip data has another CRC than its trailer says");
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _lengthBytes)
            throw new InvalidDataException("the gzip data has another length than its trailer says");
        _hasMember = true;
        _part = Part.Header;
    }

    private void SkipPadding()
    {
        if (_input.Available == 0)
            _part = Part.End;
        if (_input.TakeBytes(_input.Available).ContainsAnyExcept((byte)0))
            throw new InvalidDataException("something that is not gzip follows the gzip data");
    }

    private ReadOnlySpan<byte> Need(int count) => _input.Available >= count ? _input.TakeBytes(count) : throw EndsEarly();

    private static InvalidDataException EndsEarly() => new("the gzip data ends too early");
}
