using System.Security.Cryptography;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>
/// Passes a blob on while it is hashed. The last byte is handed over only when the digest is the descriptor's, and the end is
/// reported only when there is nothing after it; so a reader that stops after the size it was told has still been protected.
/// </summary>
public sealed class VerifyingStream : Stream
{
    private readonly Stream _inner;
    private readonly Descriptor _expected;
    private readonly IncrementalHash _hash;
    private readonly bool _leaveOpen;
    private long _readBytes;
    private bool _verified;

    /// <summary>Wraps a stream, which is disposed with this one unless <paramref name="leaveOpen"/> says otherwise.</summary>
    public VerifyingStream(Stream inner, Descriptor expected, bool leaveOpen = false)
    {
        _leaveOpen = leaveOpen;
        _inner = inner;
        _expected = expected;
        _hash = expected.Digest.StartHash();
    }

    /// <summary>What the content must be.</summary>
    public Descriptor Expected => _expected;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _expected.Size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _readBytes;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count = _inner.Read(buffer);
        Check(buffer[..count], buffer.Length);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Check(buffer.Span[..count], buffer.Length);
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
            await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            if (!_leaveOpen)
                _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> read, int asked)
    {
        _readBytes += read.Length;
        if (_readBytes > _expected.Size)
            throw new InvalidImageException($"blob {_expected.Digest} is longer than the {_expected.Size} bytes that its descriptor names");
        _hash.AppendData(read);
        if (_readBytes < _expected.Size && (read.Length > 0 || asked == 0))
            return;
        if (_readBytes < _expected.Size)
            throw new InvalidImageException($"blob {_expected.Digest} ends after {_readBytes} of {_expected.Size} bytes");
        if (!_verified && !_expected.Digest.Matches(_hash.GetHashAndReset()))
            throw new InvalidImageException($"the content of blob {_expected.Digest} has another digest");
        _verified = true;
    }
}
