using System.IO.Pipelines;
using System.Runtime.ExceptionServices;

namespace Caisson.Engine.Imaging;

/// <summary>Reads a stream a little ahead on a thread of its own, so that taking it apart and using what comes out go on at the same time. Owns the stream.</summary>
/// <remarks>A failure of the stream is thrown where its bytes would have been read. Holds at most <see cref="AheadBytes"/> and one read.</remarks>
internal sealed class ReadAheadStream : Stream
{
    private const int AheadBytes = 4 << 20;
    private const int ReadBytes = 256 << 10;

    private readonly Stream _inner;
    private readonly Stream _output;
    private readonly Task _reading;
    private readonly CancellationTokenSource _stop = new();
    private ExceptionDispatchInfo? _failure;
    private bool _isDisposed;

    /// <summary>Begins to read.</summary>
    /// <param name="inner">The stream; read by nobody else.</param>
    public ReadAheadStream(Stream inner)
    {
        _inner = inner;
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes / 2, minimumSegmentSize: ReadBytes, useSynchronizationContext: false));
        _output = pipe.Reader.AsStream();
        _reading = Task.Run(() => ReadAsync(pipe.Writer));
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Check(buffer.Length, _output.Read(buffer));

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Check(buffer.Length, await _output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _stop.CancelAsync().ConfigureAwait(false);
            await _output.DisposeAsync().ConfigureAwait(false);
            await _reading.ConfigureAwait(false);
            _stop.Dispose();
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    // A failure waits for the bytes before it: what is said of a broken archive does not depend on how far ahead this is.
    private int Check(int wanted, int count)
    {
        if (count == 0 && wanted > 0)
            _failure?.Throw();
        return count;
    }

    private async Task ReadAsync(PipeWriter output)
    {
        try
        {
            int count;
            do
            {
                count = await _inner.ReadAsync(output.GetMemory(ReadBytes), _stop.Token).ConfigureAwait(false);
                output.Advance(count);
            }
            while (count > 0 && !(await output.FlushAsync().ConfigureAwait(false)).IsCompleted);
        }
        catch (Exception e) // thrown again where its bytes would have been read
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        await output.CompleteAsync().ConfigureAwait(false);
    }
}
