using System.Buffers;

namespace Caisson.Linux.Native;

/// <summary>Compresses what is written to it into one zstd frame with a checksum.</summary>
/// <remarks>
/// Life cycle: any number of writes, then <see cref="CompleteAsync"/>; disposing alone does not end the frame, so that one that was given up is no valid one.
/// One call at a time.
/// </remarks>
public sealed class ZstdEncoderStream : Stream
{
    private const int OutputBytes = 256 << 10;

    private readonly Stream _output;
    private readonly byte[] _room = ArrayPool<byte>.Shared.Rent(OutputBytes);
    private nint _context;

    internal ZstdEncoderStream(Stream output, int level, int workers)
    {
        _output = output;
        _context = ZstdEncoder.CreateContext();
        if (_context == 0)
            throw new InsufficientMemoryException("libzstd has no memory for an encoder");
        Set(ZstdEncoder.CompressionLevel, level);
        Set(ZstdEncoder.WithChecksum, 1);
        // Even one worker: without any the input is not divided, and the bytes are others.
        if (workers > 0)
            Set(ZstdEncoder.Workers, workers);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _context != 0;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            (int taken, int given, _) = Step(buffer, ZstdEncoder.Continue);
            _output.Write(_room, 0, given);
            buffer = buffer[taken..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            (int taken, int given, _) = Step(buffer.Span, ZstdEncoder.Continue);
            if (given > 0)
                await _output.WriteAsync(_room.AsMemory(0, given), cancellationToken).ConfigureAwait(false);
            buffer = buffer[taken..];
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the frame. Nothing may be written afterwards.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        // The input's end comes by itself: were the first bytes to come with it, the library would know their number and write other bytes.
        for (bool isDone = false; !isDone;)
        {
            (_, int given, isDone) = Step([], ZstdEncoder.End);
            await _output.WriteAsync(_room.AsMemory(0, given), ct).ConfigureAwait(false);
        }
        await _output.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Does nothing: a block that ended early would make the bytes depend on the call.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            ZstdEncoder.FreeContext(_context);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_room);
        }
        base.Dispose(disposing);
    }

    private void Set(int parameter, int value) => ZstdEncoder.Check(ZstdEncoder.SetParameter(_context, parameter, value));

    private unsafe (int Taken, int Given, bool IsDone) Step(ReadOnlySpan<byte> input, int directive)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* to = _room)
        fixed (byte* from = input)
        {
            ZstdEncoder.Buffer output = new() { Start = to, Size = OutputBytes };
            ZstdEncoder.Buffer data = new() { Start = from, Size = (nuint)input.Length };
            nuint left = ZstdEncoder.Compress(_context, ref output, ref data, directive);
            ZstdEncoder.Check(left);
            return ((int)data.Position, (int)output.Position, left == 0);
        }
    }
}
