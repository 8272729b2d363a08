namespace Caisson.Oci.Tar.Deflate;

/// <summary>The compressed bytes that wait to be decoded, read as bits, lowest first.</summary>
/// <remarks>
/// When the input has ended, zero bits follow it for ever, so that a decoder needs no check for each bit;
/// <see cref="IsOverrun"/> tells that it has used some of them.
/// </remarks>
internal struct InflateInput
{
    private readonly byte[] _buffer;
    private int _end;
    private int _bytesBeyond;

    /// <summary>The next bits. A decoder may take it, go on with it and put it back.</summary>
    public BitCursor Cursor;

    public InflateInput(byte[] buffer)
    {
        _buffer = buffer;
    }

    /// <summary>What <see cref="Cursor"/> counts its position in.</summary>
    public readonly ReadOnlySpan<byte> Buffered => _buffer.AsSpan(0, _end);

    /// <summary>Whether there is no input after what is buffered.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The buffered bytes that are not among the known bits.</summary>
    public readonly int Available => _end - Cursor.Position;

    /// <summary>The first of the <see cref="Available"/> bytes.</summary>
    public readonly byte NextByte => _buffer[Cursor.Position];

    /// <summary>Whether bits were used that the input does not have.</summary>
    public readonly bool IsOverrun => _bytesBeyond > Cursor.Count >> 3;

    /// <summary>Makes room and returns it; to be followed by <see cref="Filled"/>.</summary>
    public Memory<byte> Room()
    {
        // The bytes that the known bits came from stay, as Align may give them back.
        int start = Math.Max(0, Cursor.Position - sizeof(ulong));
        _buffer.AsSpan(start, _end - start).CopyTo(_buffer);
        Cursor.Position -= start;
        _end -= start;
        return _buffer.AsMemory(_end);
    }

    /// <summary>Takes bytes that were read into the room; none mean that the input has ended.</summary>
    public void Filled(int count)
    {
        _end += count;
        IsLast |= count == 0;
    }

    /// <summary>Knows at least 56 bits afterwards.</summary>
    public void Refill()
    {
        if (Available >= 8)
        {
            Cursor.Refill(_buffer);
            return;
        }
        // What stands above the known bits comes from a wide read; it would be added twice.
        Cursor.Bits &= (1UL << Cursor.Count) - 1;
        for (; Cursor.Count <= 56; Cursor.Count += 8)
        {
            if (Cursor.Position < _end)
                Cursor.Bits |= (ulong)_buffer[Cursor.Position++] << Cursor.Count;
            else
                _bytesBeyond++;
        }
    }

    /// <summary>Uses up to 31 known bits and returns them.</summary>
    public int Take(int count) => Cursor.Take(count);

    /// <summary>Goes on at the next whole byte, with no bits known: bytes can be read.</summary>
    public void Align()
    {
        int known = Cursor.Count >> 3;
        Cursor.Position -= Math.Max(0, known - _bytesBeyond);
        Cursor.Bits = 0;
        Cursor.Count = 0;
        _bytesBeyond = Math.Max(0, _bytesBeyond - known);
    }

    /// <summary>Uses up to <paramref name="atMost"/> buffered bytes; only after <see cref="Align"/>.</summary>
    public ReadOnlySpan<byte> TakeBytes(int atMost)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(Cursor.Position, Math.Min(atMost, Available));
        Cursor.Position += bytes.Length;
        return bytes;
    }
}
