using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>The bytes that the messages of a call carry, as a stream.</summary>
/// <param name="input">The messages that are read.</param>
/// <param name="read">The bytes of one.</param>
/// <param name="output">Where messages go, or null: then it is only read.</param>
/// <param name="write">A message of these bytes.</param>
/// <param name="maxChunk">How many bytes go into one message.</param>
internal sealed class MessageStream<T>(IAsyncStreamReader<T> input, Func<T, ByteString> read, IAsyncStreamWriter<T>? output, Func<ByteString, T> write, int maxChunk = MessageStream<T>.UsualChunk) : Stream
{
    /// <summary>What Go's programs put into one message.</summary>
    public const int UsualChunk = 32 << 10;

    private readonly CancellationTokenSource _closed = new();
    private ReadOnlyMemory<byte> _left;
    private bool _ended;

    /// <summary>The call that it belongs to, if that ends with it.</summary>
    public IDisposable? Call { get; init; }

    /// <summary>Told when all has been read, or nobody reads on.</summary>
    public Action? Ended { get; init; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => output is not null;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, cancellationToken);
        try
        {
            while (_left.IsEmpty && buffer.Length > 0 && !_ended)
            {
                _ended = !await input.MoveNext(ends.Token).ConfigureAwait(false);
                if (_ended)
                    Ended?.Invoke();
                else
                    _left = read(input.Current).Memory;
            }
        }
        catch (RpcException e)
        {
            throw new IOException(e.Status.Detail, e);
        }
        int count = Math.Min(_left.Length, buffer.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (output is null)
            throw new NotSupportedException();
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, cancellationToken);
        try
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(maxChunk, buffer.Length)..])
                await output.WriteAsync(write(ByteString.CopyFrom(buffer.Span[..Math.Min(maxChunk, buffer.Length)])), ends.Token).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            throw new IOException(e.Status.Detail, e);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closed.Cancel();
            Call?.Dispose();
            if (!_ended)
                Ended?.Invoke();
        }
        base.Dispose(disposing);
    }
}
