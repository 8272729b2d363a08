using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>The compressed bytes that wait to be decoded, read as bits, lowest first.</summary>
/// <remarks>
/// When the input has ended, zero bits follow it for ever, so that a decoder needs no check for each bit;
/// <see cref="IsOverrun"/> tells that it has used some of them.
/// </remarks>
internal struct InflateInput
{
    private readonly byte[] _buffer;
    private int _position;
    private int _end;
    private int _bytesBeyond;

    public InflateInput(byte[] buffer)
    {
        _buffer = buffer;
    }

    /// <summary>The next bits; as many as <see cref="Count"/> says, what stands above them means nothing.</summary>
    public ulong Bits { get; private set; }

    /// <summary>How many bits are known. At least 56 after <see cref="Refill"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is no input after what is buffered.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The buffered bytes that are not among the known bits.</summary>
    public readonly int Available => _end - _position;

    /// <summary>The first of the <see cref="Available"/> bytes.</summary>
    public readonly byte NextByte => _buffer[_position];

    /// <summary>Whether bits were used that the input does not have.</summary>
    public readonly bool IsOverrun => _bytesBeyond > Count >> 3;

    /// <summary>Makes room and returns it; to be followed by <see cref="Filled"/>.</summary>
    public Memory<byte> Room()
    {
        // The bytes that the known bits came from stay, as Align may give them back.
        int start = Math.Max(0, _position - sizeof(ulong));
        _buffer.AsSpan(start, _end - start).CopyTo(_buffer);
        _position -= start;
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        if (_end - _position < 8)
        {
            RefillSlowly();
            return;
        }
        Bits |= BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_position, 8)) << Count;
        _position += (63 - Count) >> 3;
        Count |= 56;
    }

    /// <summary>Uses bits that are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(int count)
    {
        Bits >>= count;
        Count -= count;
    }

    /// <summary>Uses up to 32 known bits and returns them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        int value = (int)(Bits & ((1UL << count) - 1));
        Drop(count);
        return value;
    }

    /// <summary>Goes on at the next whole byte, with no bits known: bytes can be read.</summary>
    public void Align()
    {
        int known = Math.Max(0, (Count >> 3) - _bytesBeyond);
        _position -= known;
        _bytesBeyond = Math.Max(0, _bytesBeyond - (Count >> 3));
        Bits = 0;
        Count = 0;
    }

    /// <summary>Uses up to <paramref name="atMost"/> buffered bytes; only after <see cref="Align"/>.</summary>
    public ReadOnlySpan<byte> TakeBytes(int atMost)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_position, Math.Min(atMost, Available));
        _position += bytes.Length;
        return bytes;
    }

    private void RefillSlowly()
    {
        // What stands above the known bits comes from the wide read; it would be added twice.
        Bits &= (1UL << Count) - 1;
        for (; Count <= 56; Count += 8)
        {
            if (_position < _end)
                Bits |= (ulong)_buffer[_position++] << Count;
            else
                _bytesBeyond++;
        }
    }
}
