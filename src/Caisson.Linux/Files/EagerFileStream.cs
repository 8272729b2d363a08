using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Files;

/// <summary>
/// A new or emptied file to write a large thing to from its beginning to its end. The disk is set to work on what is written while the rest is still to come, so that the
/// flush at the end has little left to wait for.
/// </summary>
/// <remarks>Writes happen at once, on the thread that asks: files of a disk have no other way. The stream's position does not move.</remarks>
/// <param name="path">The file.</param>
/// <param name="mode">Whether it may be there already.</param>
public sealed partial class EagerFileStream(string path, FileMode mode) : FileStream(path, mode, FileAccess.Write, FileShare.None, bufferSize: 0)
{
    private const long BegunAtOnceBytes = 8 << 20;
    private const uint BeginWriting = 2; // SYNC_FILE_RANGE_WRITE

    private long _begunBytes;
    private long _writtenBytes;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(SafeFileHandle, buffer, _writtenBytes);
        _writtenBytes += buffer.Length;
        if (_writtenBytes - _begunBytes < BegunAtOnceBytes)
            return;
        // Only a hint: where the kernel cannot take it, the flush does all the work.
        _ = SyncFileRange(SafeFileHandle, _begunBytes, _writtenBytes - _begunBytes, BeginWriting);
        _begunBytes = _writtenBytes;
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
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long countBytes, uint flags);
}
