using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tar;

/// <summary>Decompresses gzip: any number of members, each verified, and zero padding behind them.</summary>
/// <remarks>
/// RFC 1951 and RFC 1952. The end is reported only after every member's CRC and length were checked and the input ended;
/// truncated or broken input and anything else behind the last member throw <see cref="InvalidDataException"/>.
/// Memory does not depend on the input. One call at a time.
/// </remarks>
public sealed class GzipDecoderStream : Stream
{
    private readonly Stream _input;
    private readonly bool _leaveOpen;
    private readonly GzipDecoder _decoder = new();
    private long _readBytes;

    /// <summary>Starts at the current position of a stream, which is read to its end.</summary>
    public GzipDecoderStream(Stream input, bool leaveOpen = false)
    {
        _input = input;
        _leaveOpen = leaveOpen;
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
        get => _readBytes;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count;
        while (!_decoder.TryRead(buffer, out count))
            _decoder.Filled(_input.Read(_decoder.Room().Span));
        _readBytes += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count;
        while (!_decoder.TryRead(buffer.Span, out count))
            _decoder.Filled(await _input.ReadAsync(_decoder.Room(), cancellationToken).ConfigureAwait(false));
        _readBytes += count;
        return count;
    }

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
        if (!_leaveOpen)
            await _input.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
            _input.Dispose();
        base.Dispose(disposing);
    }
}
