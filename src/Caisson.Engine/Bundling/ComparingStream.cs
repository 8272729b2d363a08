namespace Caisson.Engine.Bundling;

/// <summary>Takes bytes and compares them with those of another stream, which it does not own.</summary>
/// <param name="expected">The other.</param>
internal sealed class ComparingStream(Stream expected) : Stream
{
    private byte[] _buffer = [];

    /// <summary>Where the first difference is; null when there is none.</summary>
    public long? FirstDifference { get; private set; }

    /// <summary>How many bytes came.</summary>
    public long LengthBytes { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => LengthBytes;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (FirstDifference is null)
        {
            if (_buffer.Length < buffer.Length)
                _buffer = new byte[buffer.Length];
            int read = expected.ReadAtLeast(_buffer.AsSpan(0, buffer.Length), buffer.Length, throwOnEndOfStream: false);
            int same = buffer.CommonPrefixLength(_buffer.AsSpan(0, read));
            if (same < buffer.Length)
                FirstDifference = LengthBytes + same;
        }
        LengthBytes += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
