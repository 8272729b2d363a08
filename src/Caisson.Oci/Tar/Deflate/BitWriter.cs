using System.Buffers.Binary;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Packs bits, lowest first, into a buffer that the caller made large enough.</summary>
internal struct BitWriter(byte[] buffer)
{
    private readonly byte[] _buffer = buffer;
    private int _position;
    private ulong _bits;
    private int _count;

    /// <summary>The bits that a call of <see cref="Put"/> may add between two calls of <see cref="Drain"/>.</summary>
    public const int FreeBits = 56;

    /// <summary>The whole bytes written so far. Everything is counted only after <see cref="Align"/>.</summary>
    public readonly int Position => _position;

    /// <summary>The bits that wait for their byte to fill, after <see cref="Drain"/>: 0 to 7.</summary>
    public readonly int PendingBits => _count;

    /// <summary>Adds bits without storing them; see <see cref="FreeBits"/>.</summary>
    public void Put(ulong bits, int count)
    {
        _bits |= bits << _count;
        _count += count;
    }

    /// <summary>Stores the whole bytes. Writes eight bytes at the position, of which only those count that are full.</summary>
    public void Drain()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_position), _bits);
        _position += _count >> 3;
        _bits >>= _count & ~7;
        _count &= 7;
    }

    /// <summary>Fills the last byte with zero bits and stores everything.</summary>
    public void Align()
    {
        _count = (_count + 7) & ~7;
        Drain();
    }

    /// <summary>Copies bytes; only after <see cref="Align"/>.</summary>
    public void PutBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_position));
        _position += bytes.Length;
    }
}
