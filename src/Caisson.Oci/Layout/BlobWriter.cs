using System.Security.Cryptography;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>A blob that is being written to a layout. It exists from <see cref="CommitAsync"/> on; disposed without, it leaves nothing.</summary>
public sealed class BlobWriter : IAsyncDisposable
{
    private readonly WholeFile _file;
    private readonly string _root;
    private readonly OciLayoutOptions _options;
    private readonly HashingStream _stream;

    internal BlobWriter(string root, OciLayoutOptions options)
    {
        _root = root;
        _options = options;
        _file = WholeFile.CreateIn(Path.Combine(root, LayoutPaths.Blobs, "sha256"));
        _stream = new HashingStream(_file.Stream);
    }

    /// <summary>Where the content goes. Owned by the writer.</summary>
    public Stream Stream => _stream;

    /// <summary>Completes the blob under its sha256 digest.</summary>
    /// <param name="mediaType">What the blob is; goes into the descriptor only.</param>
    public async Task<Descriptor> CommitAsync(string mediaType, CancellationToken ct)
    {
        Descriptor blob = new() { MediaType = mediaType, Digest = _stream.Finish(), Size = _stream.WrittenBytes };
        _options.Claim?.Invoke(blob.Digest, true);
        await _file.NameAsync(Path.Combine(_root, LayoutPaths.Blob(blob.Digest)), _options.IsDurable, ct).ConfigureAwait(false);
        return blob;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Passes writes on and hashes them.</summary>
    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long WrittenBytes { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => WrittenBytes;

        public override long Position
        {
            get => WrittenBytes;
            set => throw new NotSupportedException();
        }

        public Digest Finish() => Digest.FromSha256(_hash.GetHashAndReset());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            _hash.AppendData(buffer);
            WrittenBytes += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            _hash.AppendData(buffer.Span);
            WrittenBytes += buffer.Length;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
