using Caisson.Daemon.Proto.Control;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>The bytes that the messages of a call carry, as a connection.</summary>
internal sealed class TunnelStream(IAsyncStreamReader<BytesMessage> input, IAsyncStreamWriter<BytesMessage> output) : Stream
{
    // What Go's clients take and make.
    private const int MaxChunk = 32 << 10;

    private readonly CancellationTokenSource _closed = new();
    private ReadOnlyMemory<byte> _left;
    private bool _ended;

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
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, cancellationToken);
        try
        {
            while (_left.IsEmpty && buffer.Length > 0 && !_ended)
            {
                _ended = !await input.MoveNext(ends.Token).ConfigureAwait(false);
                if (!_ended)
                    _left = input.Current.Data.Memory;
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
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, cancellationToken);
        try
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(MaxChunk, buffer.Length)..])
                await output.WriteAsync(new BytesMessage { Data = ByteString.CopyFrom(buffer.Span[..Math.Min(MaxChunk, buffer.Length)]) }, ends.Token).ConfigureAwait(false);
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
            _closed.Cancel();
        base.Dispose(disposing);
    }
}
