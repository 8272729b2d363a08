using System.Collections.Concurrent;
using System.Threading.Channels;
using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tar;

/// <summary>Compresses what is written to it into one gzip member, on several cores, always to the same bytes.</summary>
/// <remarks>
/// <para>
/// RFC 1951 and RFC 1952. The bytes depend on the input, the level and <see cref="Codec"/>; not on parallelism, the sizes of
/// single writes, calls of Flush, the processor or the libraries of the system. The header carries no time and no name.
/// </para>
/// <para>
/// The input is cut into chunks of 224 KiB that are compressed independently, each with the 32 KiB before it as dictionary,
/// on the thread pool. A write waits while as many chunks are under way as <see cref="GzipOptions.Parallelism"/> allows.
/// </para>
/// <para>
/// Life cycle: any number of writes, then <see cref="CompleteAsync"/> or <see cref="DisposeAsync"/>, either of which ends the
/// member. After a write failed or was cancelled the member is never ended, so that what was written is no valid gzip. One
/// call at a time; a failing output shows in the next write, completion or disposal.
/// </para>
/// </remarks>
public sealed class GzipEncoderStream : Stream
{
    /// <summary>The name and version of the codec. It changes whenever the same input and level give other bytes.</summary>
    public const string Codec = "caisson-deflate/2";

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly int _level;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentBag<ChunkCompressor> _compressors = [];
    private readonly Channel<GzipChunk> _queue;
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _copying;
    private GzipChunk _current = new(null);
    private long _lengthBytes;
    private State _state;

    /// <summary>Starts a member.</summary>
    /// <param name="output">Written to from the thread pool, never after this stream is disposed.</param>
    /// <param name="options">Null for the default level on one core.</param>
    /// <param name="leaveOpen">Whether <paramref name="output"/> stays open when this stream is disposed.</param>
    public GzipEncoderStream(Stream output, GzipOptions? options = null, bool leaveOpen = false)
    {
        options ??= new GzipOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Level, GzipOptions.StoredLevel, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Level, GzipOptions.SmallestLevel, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1, nameof(options));
        _output = output;
        _leaveOpen = leaveOpen;
        _level = options.Level;
        _slots = new SemaphoreSlim(options.Parallelism);
        _queue = Channel.CreateBounded<GzipChunk>(new BoundedChannelOptions(options.Parallelism) { SingleReader = true, SingleWriter = true });
        _copying = Task.Run(CopyToOutputAsync);
    }

    private enum State
    {
        Writing,
        Failed,
        Complete,
        Disposed,
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _state == State.Writing;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _lengthBytes;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfNotWriting();
        _lengthBytes += buffer.Length;
        buffer = buffer[_current.Fill(buffer.Span)..];
        return _current.IsFull || _copying.IsFaulted ? WriteRestAsync(buffer, cancellationToken) : ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    /// <remarks>Blocks while too many chunks are under way; prefer <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</remarks>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfNotWriting();
        _lengthBytes += buffer.Length;
        while (!buffer.IsEmpty)
        {
            buffer = buffer[_current.Fill(buffer)..];
            if (_current.IsFull || _copying.IsFaulted)
                WriteRestAsync(default, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <inheritdoc/>
    /// <remarks>Does nothing: a block that ended early would make the bytes depend on the call.</remarks>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the member and returns when the output has taken all of it.</summary>
    public async Task CompleteAsync(CancellationToken ct = default)
    {
        if (_state == State.Complete)
            return;
        ThrowIfNotWriting();
        try
        {
            if (_current.Length > 0)
                await SendCurrentAsync(ct).ConfigureAwait(false);
            _queue.Writer.TryComplete();
            await _copying.WaitAsync(ct).ConfigureAwait(false);
            _state = State.Complete;
        }
        catch
        {
            await FailAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_state == State.Disposed)
            return;
        try
        {
            if (_state == State.Writing)
                await CompleteAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _state = State.Disposed;
            _current.Dispose();
            _slots.Dispose();
            _abort.Dispose();
            if (!_leaveOpen)
                await _output.DisposeAsync().ConfigureAwait(false);
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _state != State.Disposed)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private void ThrowIfNotWriting()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Writing)
            throw new InvalidOperationException(_state == State.Complete ? "the gzip member is complete" : "an earlier write to the gzip stream failed");
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        try
        {
            await SendCurrentAsync(ct).ConfigureAwait(false);
            while (!buffer.IsEmpty)
            {
                buffer = buffer[_current.Fill(buffer.Span)..];
                if (_current.IsFull)
                    await SendCurrentAsync(ct).ConfigureAwait(false);
            }
        }
        catch
        {
            await FailAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task SendCurrentAsync(CancellationToken ct)
    {
        await _slots.WaitAsync(ct).ConfigureAwait(false);
        GzipChunk chunk = _current;
        _current = new GzipChunk(chunk);
        chunk.Compression = Task.Run(() => Compress(chunk), CancellationToken.None);
        try
        {
            await _queue.Writer.WriteAsync(chunk, ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await chunk.Compression.ConfigureAwait(false);
            chunk.Dispose();
            if (e is ChannelClosedException)
                await _copying.ConfigureAwait(false); // throws what closed the queue
            throw;
        }
    }

    private void Compress(GzipChunk chunk)
    {
        try
        {
            if (!_compressors.TryTake(out ChunkCompressor? compressor))
                compressor = new ChunkCompressor(_level);
            chunk.Compress(compressor);
            _compressors.Add(compressor);
        }
        finally
        {
            _slots.Release();
        }
    }

    // The only one that writes to the output. Ends with the member, or with the failure that it also closes the queue with.
    private async Task CopyToOutputAsync()
    {
        try
        {
            uint crc = 0;
            long lengthBytes = 0;
            await _output.WriteAsync(GzipFraming.Header, _abort.Token).ConfigureAwait(false);
            await foreach (GzipChunk chunk in _queue.Reader.ReadAllAsync(_abort.Token).ConfigureAwait(false))
            {
                using (chunk)
                {
                    await chunk.Compression.ConfigureAwait(false);
                    await _output.WriteAsync(chunk.Output, _abort.Token).ConfigureAwait(false);
                    crc = Crc32.Combine(crc, chunk.Crc, chunk.Length);
                    lengthBytes += chunk.Length;
                }
            }
            await _output.WriteAsync(GzipFraming.Ending(crc, lengthBytes), _abort.Token).ConfigureAwait(false);
            await _output.FlushAsync(_abort.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _queue.Writer.TryComplete(e);
            throw;
        }
    }

    // Stops the copying and waits for everything that is still under way, so that nothing runs on and no buffer is lost.
    private async Task FailAsync()
    {
        _state = State.Failed;
        await _abort.CancelAsync().ConfigureAwait(false);
        _queue.Writer.TryComplete();
        await _copying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_queue.Reader.TryRead(out GzipChunk? chunk))
        {
            await chunk.Compression.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            chunk.Dispose();
        }
    }
}
