using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Oci.Tar;

/// <summary>Writes a tar archive: the same entries give the same bytes in every process and on every machine.</summary>
/// <remarks>
/// <para>
/// POSIX.1-2017, pax. The bytes are those of Go's archive/tar for the same entries, as Docker, BuildKit and containerd write
/// layers with it: a ustar header where everything fits, a PAX header before it otherwise. No names of owners are written.
/// </para>
/// <para>
/// Life cycle: any number of writes, then <see cref="CompleteAsync"/>; disposing alone does not end the archive, so that one
/// that was given up is no valid archive. Content streams through one buffer of 64 KiB. One call at a time. After a failure
/// the archive is broken and further calls throw <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public sealed class TarWriter : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly TarHeaderWriter _headers;
    private readonly ITarObserver? _observer;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;
    private bool _isBroken;
    private bool _isComplete;

    /// <summary>Starts an archive.</summary>
    /// <param name="output">Written to in pieces of up to 64 KiB.</param>
    /// <param name="options">Null for whole seconds.</param>
    /// <param name="leaveOpen">Whether <paramref name="output"/> stays open when this writer is disposed.</param>
    public TarWriter(Stream output, TarWriterOptions? options = null, bool leaveOpen = false)
    {
        _output = output;
        _leaveOpen = leaveOpen;
        _headers = new TarHeaderWriter((options ?? new TarWriterOptions()).SubSecondTimes);
        _observer = options?.Observer;
    }

    /// <summary>Adds an entry that has no content, or whose content is at hand.</summary>
    /// <exception cref="ArgumentException">The entry breaks a rule of <see cref="TarEntry"/>, or the content has another length than it says.</exception>
    public ValueTask WriteAsync(TarEntry entry, ReadOnlyMemory<byte> content = default, CancellationToken ct = default)
    {
        if (content.Length != entry.SizeBytes)
            throw new ArgumentException($"the content of \"{entry.Path}\" has {content.Length} bytes, its entry {entry.SizeBytes}", nameof(content));
        return WriteAsync(entry, new TarContent(content), ct);
    }

    /// <summary>Adds an entry and copies its content from a stream.</summary>
    /// <param name="entry">The entry; <see cref="TarEntry.SizeBytes"/> must be the length of the content.</param>
    /// <param name="content">Read once, from its current position to its end; not disposed. Null when the entry has no content.</param>
    /// <param name="ct">Leaves the archive broken.</param>
    /// <exception cref="ArgumentException">The entry breaks a rule of <see cref="TarEntry"/>.</exception>
    /// <exception cref="IOException">The content is shorter or longer than the entry says: the file changed meanwhile.</exception>
    [OverloadResolutionPriority(1)] // so that null is a stream
    public ValueTask WriteAsync(TarEntry entry, Stream? content, CancellationToken ct = default) =>
        WriteAsync(entry, content is null ? default : new TarContent(content), ct);

    /// <summary>Adds an entry and copies its content from a file, which is the fastest way for many small files.</summary>
    /// <param name="entry">The entry; <see cref="TarEntry.SizeBytes"/> must be the length of the file.</param>
    /// <param name="content">A file open for reading; read from its beginning without moving its position; not disposed.</param>
    /// <param name="ct">Leaves the archive broken.</param>
    /// <exception cref="ArgumentException">The entry breaks a rule of <see cref="TarEntry"/>.</exception>
    /// <exception cref="IOException">The file is shorter or longer than the entry says: it changed meanwhile.</exception>
    public ValueTask WriteFileAsync(TarEntry entry, SafeFileHandle content, CancellationToken ct = default) =>
        WriteAsync(entry, new TarContent(content), ct);

    /// <summary>Hands everything so far to the output. The bytes do not depend on it.</summary>
    public ValueTask FlushAsync(CancellationToken ct = default)
    {
        ThrowIfNotWriting();
        return FlushBufferAsync(ct);
    }

    /// <summary>Ends the archive with two blocks of zeros and returns when the output has taken all of it.</summary>
    public async Task CompleteAsync(CancellationToken ct = default)
    {
        if (_isComplete)
            return;
        ThrowIfNotWriting();
        _isBroken = true;
        await AppendZerosAsync(2 * TarFormat.BlockBytes, ct).ConfigureAwait(false);
        await FlushBufferAsync(ct).ConfigureAwait(false);
        await _output.FlushAsync(ct).ConfigureAwait(false);
        _isBroken = false;
        _isComplete = true;
    }

    /// <summary>Frees the buffer, and the output unless it was to stay open. What was not completed stays incomplete.</summary>
    public async ValueTask DisposeAsync()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        if (!_leaveOpen)
            await _output.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(TarEntry entry, TarContent content, CancellationToken ct)
    {
        ThrowIfNotWriting();
        ct.ThrowIfCancellationRequested();
        ReadOnlyMemory<byte> headers = _headers.Write(entry);
        _isBroken = true;
        if (_observer is not null)
        {
            await FlushBufferAsync(ct).ConfigureAwait(false);
            _observer.BeginEntry(entry);
        }
        await AppendAsync(headers, ct).ConfigureAwait(false);
        if (entry.Type == TarEntryType.File)
            await AppendContentAsync(entry, content, ct).ConfigureAwait(false);
        _isBroken = false;
    }

    private void ThrowIfNotWriting()
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_isBroken || _isComplete)
            throw new InvalidOperationException(_isBroken ? "an earlier call left the archive broken" : "the archive is complete");
    }

    private async ValueTask AppendContentAsync(TarEntry entry, TarContent content, CancellationToken ct)
    {
        if (_observer is not null && entry.SizeBytes > 0)
        {
            await FlushBufferAsync(ct).ConfigureAwait(false);
            _observer.BeginContent();
        }
        long left = entry.SizeBytes;
        while (left > 0)
        {
            ct.ThrowIfCancellationRequested();
            if (_used == _buffer.Length)
                await FlushBufferAsync(ct).ConfigureAwait(false);
            Memory<byte> room = _buffer.AsMemory(_used, (int)Math.Min(left, _buffer.Length - _used));
            int count = await content.ReadAsync(room, entry.SizeBytes - left, ct).ConfigureAwait(false);
            if (count == 0)
                throw new IOException($"\"{entry.Path}\" ends after {entry.SizeBytes - left} of {entry.SizeBytes} bytes: it changed while it was read");
            _used += count;
            left -= count;
        }
        if (_used == _buffer.Length)
            await FlushBufferAsync(ct).ConfigureAwait(false);
        if (await content.ReadAsync(_buffer.AsMemory(_used, 1), entry.SizeBytes, ct).ConfigureAwait(false) != 0)
            throw new IOException($"\"{entry.Path}\" is longer than its {entry.SizeBytes} bytes: it changed while it was read");
        if (_observer is not null && entry.SizeBytes > 0)
        {
            await FlushBufferAsync(ct).ConfigureAwait(false);
            _observer.EndContent();
        }
        await AppendZerosAsync(TarFormat.PaddingOf(entry.SizeBytes), ct).ConfigureAwait(false);
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
        {
            if (_used == _buffer.Length)
                await FlushBufferAsync(ct).ConfigureAwait(false);
            int count = Math.Min(bytes.Length, _buffer.Length - _used);
            bytes[..count].CopyTo(_buffer.AsMemory(_used));
            _used += count;
            bytes = bytes[count..];
        }
    }

    private async ValueTask AppendZerosAsync(int count, CancellationToken ct)
    {
        if (_buffer.Length - _used < count)
            await FlushBufferAsync(ct).ConfigureAwait(false);
        _buffer.AsSpan(_used, count).Clear();
        _used += count;
    }

    private async ValueTask FlushBufferAsync(CancellationToken ct)
    {
        await _output.WriteAsync(_buffer.AsMemory(0, _used), ct).ConfigureAwait(false);
        _used = 0;
    }
}
