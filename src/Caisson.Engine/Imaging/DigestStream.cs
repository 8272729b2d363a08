using System.Buffers;
using System.Security.Cryptography;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>Counts and hashes what is written through it. The hash follows behind on another thread, so that it costs the writer no more than a copy in memory.</summary>
/// <param name="inner">Where it goes.</param>
/// <param name="leaveOpen">Whether that stays open.</param>
internal sealed class DigestStream(Stream inner, bool leaveOpen = false) : Stream
{
    private const int PieceBytes = 512 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private byte[] _hashed = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private Task _hashing = Task.CompletedTask;
    private int _filled;
    private Digest? _digest;

    /// <summary>How much was written.</summary>
    public long LengthBytes { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => LengthBytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => LengthBytes;
        set => throw new NotSupportedException();
    }

    /// <summary>The digest of what was written. Nothing may be written afterwards.</summary>
    public async Task<Digest> CompleteAsync()
    {
        await _hashing.ConfigureAwait(false);
        if (_digest is null)
        {
            _hash.AppendData(_filling, 0, _filled);
            _digest = Digest.FromSha256(_hash.GetHashAndReset());
        }
        return _digest;
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        LengthBytes += buffer.Length;
        inner.Write(buffer);
        _hashing.GetAwaiter().GetResult();
        _hash.AppendData(_filling, 0, _filled);
        _hash.AppendData(buffer);
        _filled = 0;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        LengthBytes += buffer.Length;
        for (ReadOnlyMemory<byte> rest = buffer; !rest.IsEmpty;)
        {
            int count = Math.Min(rest.Length, PieceBytes - _filled);
            rest[..count].CopyTo(_filling.AsMemory(_filled));
            _filled += count;
            rest = rest[count..];
            if (_filled == PieceBytes)
                await HashPieceAsync().ConfigureAwait(false);
        }
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _hashing.ConfigureAwait(false);
        if (!leaveOpen)
            await inner.DisposeAsync().ConfigureAwait(false);
        Release();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _filling.Length > 0)
        {
            _hashing.GetAwaiter().GetResult();
            if (!leaveOpen)
                inner.Dispose();
            Release();
        }
        base.Dispose(disposing);
    }

    private async Task HashPieceAsync()
    {
        await _hashing.ConfigureAwait(false);
        (_filling, _hashed) = (_hashed, _filling);
        _filled = 0;
        byte[] piece = _hashed;
        _hashing = Task.Run(() => _hash.AppendData(piece, 0, PieceBytes));
    }

    private void Release()
    {
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_filling);
        ArrayPool<byte>.Shared.Return(_hashed);
        _filling = _hashed = [];
    }
}
