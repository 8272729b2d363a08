using System.Security.Cryptography;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Imaging;

/// <summary>Reads the file of an entry and notices when it is not, or no longer, the one that the entry describes.</summary>
internal sealed class FileContentStream : Stream
{
    private readonly SafeFileHandle _file;
    private readonly FileEntry _entry;
    private readonly IncrementalHash? _hash;
    private long _offset;

    /// <summary>Reads an open file, which is not closed with this stream.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">What it should be.</param>
    public FileContentStream(SafeFileHandle file, FileEntry entry)
    {
        _file = file;
        _entry = entry;
        _hash = entry.Content is not null ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _entry.SizeBytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _offset;
        set => throw new NotSupportedException();
    }

    /// <summary>Compares what was read with the entry.</summary>
    /// <exception cref="ContentChangedException">It is something else.</exception>
    public void Check()
    {
        if (_hash is not null && Digest.FromSha256(_hash.GetHashAndReset()) != _entry.Content)
            throw new ContentChangedException(_entry.Path);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, _entry.SizeBytes - _offset);
        int count = RandomAccess.Read(_file, buffer[..wanted], _offset);
        if (count == 0 && wanted > 0)
            throw new ContentChangedException(_entry.Path);
        _hash?.AppendData(buffer[..count]);
        _offset += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads at once: files of a disk have no other way, and the thread is one that may wait.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
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
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash?.Dispose();
        base.Dispose(disposing);
    }
}
