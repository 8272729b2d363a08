using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>Opens the archive in a layer's blob. Blob and archive are both checked against their digests as they are read.</summary>
internal static class LayerArchiveSource
{
    /// <remarks>Reading the blob, which may be arriving just now, decompressing it and using the archive go on at the same time.</remarks>
    /// <exception cref="BlobNotFoundException">The blob is not where it should be.</exception>
    /// <exception cref="InvalidImageException">While reading: the blob or the archive is not what its digest says.</exception>
    public static async Task<Stream> OpenAsync(ImageLayer layer, CancellationToken ct)
    {
        Stream blob = new ReadAheadStream(await layer.OpenAsync(ct).ConfigureAwait(false));
        (Stream archive, _) = await Decompression.OpenDetectedAsync(blob, SystemDecoders.Options, ct).ConfigureAwait(false);
        return new ArchiveStream(new ReadAheadStream(archive), layer.DiffId);
    }

    // Unlike a blob, an archive's length is not known beforehand: its digest is checked at the end of the stream.
    private sealed class ArchiveStream(Stream inner, Digest expected) : Stream
    {
        private readonly System.Security.Cryptography.IncrementalHash _hash = expected.StartHash();
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => Check(buffer, inner.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Check(buffer.Span, count);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }

        private int Check(ReadOnlySpan<byte> buffer, int count)
        {
            if (count > 0)
            {
                _hash.AppendData(buffer[..count]);
            }
            else if (!buffer.IsEmpty && !_ended)
            {
                _ended = true;
                if (!expected.Matches(_hash.GetHashAndReset()))
                    throw new InvalidImageException($"the archive of a layer is not the one that its diff ID {expected} names");
            }
            return count;
        }
    }
}
