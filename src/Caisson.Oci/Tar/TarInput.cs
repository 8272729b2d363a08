using System.Buffers;

namespace Caisson.Oci.Tar;

/// <summary>The archive as bytes with a position: read by blocks and in pieces, skipped by seeking where that is possible.</summary>
internal sealed class TarInput : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly long _maxBytes;
    private readonly TarErrorContext _errors;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;

    public TarInput(Stream stream, long maxBytes, TarErrorContext errors)
    {
        _stream = stream;
        _maxBytes = maxBytes;
        _errors = errors;
    }

    /// <summary>How many bytes were used, from where the stream stood at first.</summary>
    public long Offset { get; private set; }

    /// <summary>The next block, valid until the next call; shorter at the end of the archive, empty behind it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBlockAsync(CancellationToken ct)
    {
        while (_end - _start < TarFormat.BlockBytes)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            int count = await _stream.ReadAsync(_buffer.AsMemory(_end), ct).ConfigureAwait(false);
            if (count == 0)
                break;
            _end += count;
        }
        int length = Math.Min(TarFormat.BlockBytes, _end - _start);
        ReadOnlyMemory<byte> block = _buffer.AsMemory(_start, length);
        _start += length;
        Advance(length);
        return block;
    }

    /// <summary>Reads up to as many bytes as the buffer takes; 0 at the end of the archive.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        int count = TakeBuffered(buffer.Span);
        if (count == 0 && !buffer.IsEmpty)
            count = await _stream.ReadAsync(buffer, ct).ConfigureAwait(false);
        Advance(count);
        return count;
    }

    /// <summary>Reads up to as many bytes as the buffer takes; 0 at the end of the archive.</summary>
    public int Read(Span<byte> buffer)
    {
        int count = TakeBuffered(buffer);
        if (count == 0 && !buffer.IsEmpty)
            count = _stream.Read(buffer);
        Advance(count);
        return count;
    }

    /// <summary>Passes over bytes; false when the archive ends before.</summary>
    public async ValueTask<bool> TrySkipAsync(long count, CancellationToken ct)
    {
        int buffered = (int)Math.Min(count, _end - _start);
        _start += buffered;
        Advance(buffered);
        count -= buffered;
        if (count > 0 && _stream.CanSeek)
            return TrySeek(count);
        while (count > 0)
        {
            int read = await _stream.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(count, _buffer.Length)), ct).ConfigureAwait(false);
            if (read == 0)
                return false;
            Advance(read);
            count -= read;
        }
        return true;
    }

    /// <summary>Reads to the end of the stream, so that one who checks what passes can check it; a seekable stream stays where it is.</summary>
    public async ValueTask DrainAsync(CancellationToken ct)
    {
        _start = _end;
        while (!_stream.CanSeek)
        {
            int count = await _stream.ReadAsync(_buffer, ct).ConfigureAwait(false);
            if (count == 0)
                return;
            Advance(count);
        }
    }

    /// <summary>Gives the buffer back. The stream is the reader's.</summary>
    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private int TakeBuffered(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private bool TrySeek(long count)
    {
        if (_stream.Length - _stream.Position < count)
            return false;
        _stream.Seek(count, SeekOrigin.Current);
        Advance(count);
        return true;
    }

    private void Advance(long count)
    {
        Offset += count;
        _errors.Limit(Offset, _maxBytes, "the size of the archive");
    }
}
