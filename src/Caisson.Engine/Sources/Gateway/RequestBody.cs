using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The body of a request, read from a connection; its digest is there at its end.</summary>
/// <remarks>RFC 9112, sections 6.2 and 7.1. Read to its end, or the connection is of no more use.</remarks>
internal sealed class RequestBody : Stream
{
    private const int MaxLineBytes = 4096;

    private readonly PipeReader _reader;
    private readonly bool _isChunked;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _left;
    private bool _hasBegun;

    private RequestBody(PipeReader reader, long length, bool isChunked)
    {
        _reader = reader;
        _left = length;
        _isChunked = isChunked;
    }

    /// <summary>The digest of what came; null before the end was seen.</summary>
    public Digest? Digest { get; private set; }

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

    /// <summary>The body that a head announces; null for none.</summary>
    public static RequestBody? Of(HttpHead head, PipeReader reader) =>
        head.IsChunked ? new RequestBody(reader, 0, isChunked: true)
        : head.ContentLength is { } length and > 0 ? new RequestBody(reader, length, isChunked: false)
        : null;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Digest is not null || buffer.IsEmpty)
            return 0;
        if (_isChunked && _left == 0 && !await BeginChunkAsync(cancellationToken).ConfigureAwait(false))
            return End();
        ReadResult read = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (read.Buffer.IsEmpty)
            throw new EndOfStreamException("the request ended within its body");
        int count = (int)Math.Min(Math.Min(buffer.Length, _left), read.Buffer.Length);
        read.Buffer.Slice(0, count).CopyTo(buffer.Span);
        _reader.AdvanceTo(read.Buffer.GetPosition(count));
        _hash.AppendData(buffer.Span[..count]);
        _left -= count;
        if (!_isChunked && _left == 0)
            End();
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private int End()
    {
        Digest = Oci.Model.Digest.FromSha256(_hash.GetHashAndReset());
        return 0;
    }

    // False after the last.
    private async Task<bool> BeginChunkAsync(CancellationToken ct)
    {
        if (_hasBegun && await ReadLineAsync(ct).ConfigureAwait(false) is { Length: > 0 })
            throw new InvalidDataException("a chunk of the request is longer than it says");
        _hasBegun = true;
        string line = await ReadLineAsync(ct).ConfigureAwait(false);
        string size = line.Split(';')[0].Trim();
        if (size.Length is 0 or > 15 || !long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
            throw new InvalidDataException("a chunk of the request has no length");
        if (_left > 0)
            return true;
        while (await ReadLineAsync(ct).ConfigureAwait(false) is { Length: > 0 })
        {
            // Trailers say nothing that anyone needs.
        }
        return false;
    }

    private async Task<string> ReadLineAsync(CancellationToken ct)
    {
        while (true)
        {
            ReadResult read = await _reader.ReadAsync(ct).ConfigureAwait(false);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                string line = Encoding.Latin1.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }
            if (read.IsCompleted || read.Buffer.Length > MaxLineBytes)
                throw new InvalidDataException("a chunk of the request has no length");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
