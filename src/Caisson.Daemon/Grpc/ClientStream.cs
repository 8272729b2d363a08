using System.Buffers;
using System.Buffers.Binary;

namespace Caisson.Daemon.Grpc;

/// <summary>The connection below the HTTP/2 client of .NET. It says when the connection has ended, and sends each value of repeated metadata as a header of its own.</summary>
/// <remarks>That client joins values of one name with commas. gRPC gives each its own header field, and takes values as they are, so that patterns with commas come through.
/// Its header blocks have no dynamic table and no Huffman code (RFC 7541), which is why they can be taken apart without a state.</remarks>
internal sealed class ClientStream(Stream inner) : Stream
{
    /// <summary>Stands between values that are to be sent one by one.</summary>
    public const char ValueSeparator = '\u0001';

    private const int PrefaceLength = 24;
    private const int FrameHeaderLength = 9;
    private const int MaxFrame = 16 << 10;
    private const byte Headers = 1;
    private const byte Continuation = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const byte PaddedOrPriority = 0x28;

    private readonly CancellationTokenSource _closed = new();
    private readonly byte[] _frameHeader = new byte[FrameHeaderLength];
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private int _frameHeaderLength;
    private int _passing = PrefaceLength;
    private int _collecting;
    private byte _flags;
    private int _disposed;

    /// <summary>Cancelled when the connection has ended, on whichever side.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0 && buffer.Length > 0)
                await CloseAsync().ConfigureAwait(false);
            return count;
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            _output.ResetWrittenCount();
            Process(buffer.Span);
            await inner.WriteAsync(_output.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await CloseAsync().ConfigureAwait(false);
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _closed.Cancel();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private Task CloseAsync() => _closed.CancelAsync();

    // Copies what is sent, frame by frame; frames and writes need not end together.
    private void Process(ReadOnlySpan<byte> sent)
    {
        while (!sent.IsEmpty)
        {
            if (_passing > 0)
            {
                int count = Math.Min(_passing, sent.Length);
                _output.Write(sent[..count]);
                _passing -= count;
                sent = sent[count..];
                continue;
            }
            if (_collecting > 0)
            {
                int count = Math.Min(_collecting, sent.Length);
                _block.Write(sent[..count]);
                _collecting -= count;
                sent = sent[count..];
                if (_collecting == 0)
                    EndFragment();
                continue;
            }
            int taken = Math.Min(FrameHeaderLength - _frameHeaderLength, sent.Length);
            sent[..taken].CopyTo(_frameHeader.AsSpan(_frameHeaderLength));
            _frameHeaderLength += taken;
            sent = sent[taken..];
            if (_frameHeaderLength == FrameHeaderLength)
                BeginFrame();
        }
    }

    private void BeginFrame()
    {
        _frameHeaderLength = 0;
        int length = BinaryPrimitives.ReadInt32BigEndian(_frameHeader) >>> 8;
        byte type = _frameHeader[3];
        bool first = type == Headers && (_frameHeader[4] & PaddedOrPriority) == 0;
        if (!first && (type != Continuation || _block.WrittenCount == 0))
        {
            _output.Write(_frameHeader);
            _passing = length;
            return;
        }
        if (first)
            _flags = _frameHeader[4];
        else
            _flags |= _frameHeader[4];
        _collecting = length;
        if (length == 0)
            EndFragment();
    }

    private void EndFragment()
    {
        if ((_flags & EndHeaders) == 0)
            return;
        ReadOnlySpan<byte> block = _block.WrittenSpan;
        ArrayBufferWriter<byte>? separated = block.Contains((byte)ValueSeparator) ? Separated(block) : null;
        WriteBlock(separated is null ? block : separated.WrittenSpan);
        _block.ResetWrittenCount();
    }

    private void WriteBlock(ReadOnlySpan<byte> block)
    {
        int stream = BinaryPrimitives.ReadInt32BigEndian(_frameHeader.AsSpan(5));
        bool first = true;
        do
        {
            ReadOnlySpan<byte> part = block[..Math.Min(MaxFrame, block.Length)];
            block = block[part.Length..];
            Span<byte> header = _output.GetSpan(FrameHeaderLength);
            BinaryPrimitives.WriteInt32BigEndian(header, part.Length << 8);
            header[3] = first ? Headers : Continuation;
            header[4] = (byte)((first ? _flags & EndStream : 0) | (block.IsEmpty ? EndHeaders : 0));
            BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
            _output.Advance(FrameHeaderLength);
            _output.Write(part);
            first = false;
        }
        while (!block.IsEmpty);
    }

    // RFC 7541, section 6: what begins with 1 is a field of the table, with 001 a new size of it; all else has a value.
    private static ArrayBufferWriter<byte> Separated(ReadOnlySpan<byte> block)
    {
        ArrayBufferWriter<byte> result = new(block.Length * 2);
        while (!block.IsEmpty)
        {
            byte kind = block[0];
            ReadOnlySpan<byte> start = block;
            int prefixBits = kind >= 0x80 ? 7 : kind >= 0x40 ? 6 : kind >= 0x20 ? 5 : 4;
            int index = ReadInteger(ref block, prefixBits);
            if (kind is >= 0x80 or (>= 0x20 and < 0x40))
            {
                result.Write(start[..(start.Length - block.Length)]);
                continue;
            }
            if (index == 0)
                ReadText(ref block);
            ReadOnlySpan<byte> name = start[..(start.Length - block.Length)];
            ReadOnlySpan<byte> value = ReadText(ref block);
            foreach (Range part in value.Split((byte)ValueSeparator))
            {
                result.Write(name);
                WriteText(result, value[part]);
            }
        }
        return result;
    }

    private static ReadOnlySpan<byte> ReadText(ref ReadOnlySpan<byte> block)
    {
        int length = ReadInteger(ref block, 7);
        ReadOnlySpan<byte> text = block[..length];
        block = block[length..];
        return text;
    }

    private static void WriteText(ArrayBufferWriter<byte> result, ReadOnlySpan<byte> text)
    {
        Span<byte> prefix = stackalloc byte[6];
        int at = 0;
        int left = text.Length;
        if (left < 0x7f)
        {
            prefix[at++] = (byte)left;
        }
        else
        {
            prefix[at++] = 0x7f;
            for (left -= 0x7f; left >= 0x80; left >>= 7)
                prefix[at++] = (byte)(left & 0x7f | 0x80);
            prefix[at++] = (byte)left;
        }
        result.Write(prefix[..at]);
        result.Write(text);
    }

    // RFC 7541, section 5.1.
    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        int most = (1 << prefixBits) - 1;
        int value = block[0] & most;
        block = block[1..];
        if (value < most)
            return value;
        for (int shift = 0; ; shift += 7)
        {
            byte next = block[0];
            block = block[1..];
            value += (next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
