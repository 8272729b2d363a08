using System.Collections.Immutable;

namespace Caisson.Oci.Tar;

/// <summary>Reads a tar archive that may be hostile, entry by entry.</summary>
/// <remarks>
/// <para>
/// Understands v7, ustar, star's prefix, GNU (long names, base 256, old sparse files) and PAX (local and global headers,
/// extended attributes, GNU's sparse formats 0.0, 0.1 and 1.0). Entries without data by their type have none, whatever their
/// size says, as in Go and Docker. Volume labels are passed over; other unknown types are refused.
/// </para>
/// <para>
/// What comes out keeps the promises of <see cref="TarEntry"/>; paths and hard link targets that could lead out of the root
/// are refused with <see cref="TarErrorKind.UnsafePath"/>. Symbolic links pass as they are: whoever unpacks must not follow
/// them out of the root.
/// </para>
/// <para>
/// Life cycle: <see cref="ReadNextAsync"/> until it returns null, each time reading <see cref="Content"/> or not. At the end
/// a stream that cannot seek is read out, so that a digest or CRC over it is checked. After an exception the reader throws
/// <see cref="InvalidOperationException"/>. One call at a time.
/// </para>
/// </remarks>
public sealed class TarReader : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly TarReaderOptions _options;
    private readonly TarErrorContext _errors = new();
    private readonly TarInput _input;
    private readonly TarHeaderBlock _header;
    private readonly TarEntryBuilder _builder;
    private readonly GnuSparse _sparse;
    private PaxAttributes? _global;
    private SparseMap? _map;
    private TarContentStream? _content;
    private bool _isContentPacked;
    private long _contentBytes;
    private long _contentLeft;
    private int _padding;
    private long _fileBytes;
    private long _totalFileBytes;
    private State _state;

    /// <summary>Starts at the current position of a stream.</summary>
    /// <param name="stream">The archive, not compressed.</param>
    /// <param name="options">Null for <see cref="TarReaderOptions.Default"/>.</param>
    /// <param name="leaveOpen">Whether <paramref name="stream"/> stays open when this reader is disposed.</param>
    public TarReader(Stream stream, TarReaderOptions? options = null, bool leaveOpen = false)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        _options = options ?? TarReaderOptions.Default;
        _input = new TarInput(stream, _options.MaxArchiveBytes, _errors);
        _header = new TarHeaderBlock(_errors);
        _builder = new TarEntryBuilder(_header, _options, _errors);
        _sparse = new GnuSparse(_input, _options, _errors);
    }

    private enum State
    {
        Reading,
        Failed,
        End,
    }

    /// <summary>The number of the current entry, from 1; 0 before the first.</summary>
    public long EntryNumber { get; private set; }

    /// <summary>Where the current entry's last header begins in the archive.</summary>
    public long EntryOffset => _errors.Offset;

    /// <summary>The current entry's content, holes read as zeros; empty for everything but files. Gone when the next entry is read.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PackedContent"/> of this sparse file was opened before.</exception>
    public Stream Content => OpenContent(isPacked: false);

    /// <summary>
    /// The current entry's data without its holes, one part of <see cref="SparseSegments"/> after the other: for an unpacker
    /// that makes the holes again.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Content"/> of this sparse file was opened before.</exception>
    public Stream PackedContent => OpenContent(isPacked: true);

    /// <summary>Whether the current entry is stored as a sparse file.</summary>
    public bool IsSparse => _map is not null;

    /// <summary>The parts of the current entry that have data: of a file that is not sparse, all of it.</summary>
    public ImmutableArray<TarSparseSegment> SparseSegments =>
        _map?.Segments ?? (_fileBytes > 0 ? [new TarSparseSegment(0, _fileBytes)] : []);

    /// <summary>Goes on to the next entry, passing over what was not read of this one.</summary>
    /// <returns>Null at the end of the archive.</returns>
    /// <exception cref="TarException">The archive is broken, unsafe or beyond a limit.</exception>
    public async ValueTask<TarEntry?> ReadNextAsync(CancellationToken ct = default)
    {
        if (_state == State.Failed)
            throw new InvalidOperationException("an earlier call failed");
        if (_state == State.End)
            return null;
        _state = State.Failed;
        EntryNumber++;
        await SkipContentAsync(ct).ConfigureAwait(false);
        PendingHeaders pending = new();
        for (int headers = 0; await ReadHeaderAsync(ct).ConfigureAwait(false); headers++)
        {
            _errors.Limit(headers, _options.MaxHeadersPerEntry, "the number of headers before one entry");
            if (await TryReadExtensionAsync(pending, ct).ConfigureAwait(false))
                continue;
            TarEntry entry = await ReadEntryAsync(pending, ct).ConfigureAwait(false);
            _state = State.Reading;
            return entry;
        }
        if (pending.IsAny)
            throw _errors.Truncated();
        if (_options.ReadsToEnd)
            await _input.DrainAsync(ct).ConfigureAwait(false);
        _state = State.End;
        return null;
    }

    /// <summary>Frees the buffer, and the stream unless it was to stay open.</summary>
    public async ValueTask DisposeAsync()
    {
        _state = State.Failed;
        EntryNumber++;
        _input.Dispose();
        if (!_leaveOpen)
            await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Reads data of the current entry; the stream that asks checks that it is current and how much is left.</summary>
    internal int ReadContent(Span<byte> buffer) => Passed(_input.Read(buffer));

    /// <inheritdoc cref="ReadContent"/>
    internal async ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken ct) =>
        Passed(await _input.ReadAsync(buffer, ct).ConfigureAwait(false));

    private TarContentStream OpenContent(bool isPacked)
    {
        if (_content is not null && IsSparse && _isContentPacked != isPacked)
            throw new InvalidOperationException("the content of this sparse file is being read in the other way");
        _isContentPacked = isPacked;
        return _content ??= new TarContentStream(this, EntryNumber, isPacked ? _contentBytes : _fileBytes, isPacked ? null : _map);
    }

    private int Passed(int count)
    {
        if (count == 0)
        {
            _state = State.Failed;
            throw _errors.Truncated();
        }
        _contentLeft -= count;
        return count;
    }

    private async ValueTask SkipContentAsync(CancellationToken ct)
    {
        if (!await _input.TrySkipAsync(_contentLeft, ct).ConfigureAwait(false))
            throw _errors.Truncated();
        if (!await _input.TrySkipAsync(_padding, ct).ConfigureAwait(false))
        {
            if (!_options.TakesMissingPadding)
                throw _errors.Truncated();
            await _input.ReadBlockAsync(ct).ConfigureAwait(false); // as much of it as there is
        }
        SetContent(0, 0, null);
    }

    private void SetContent(long fileBytes, long contentBytes, SparseMap? map)
    {
        _fileBytes = fileBytes;
        _contentBytes = contentBytes;
        _contentLeft = contentBytes;
        _padding = TarFormat.PaddingOf(contentBytes);
        _map = map;
        _content = null;
    }

    // False at the end of the archive.
    private async ValueTask<bool> ReadHeaderAsync(CancellationToken ct)
    {
        _errors.MoveTo(_input.Offset);
        ReadOnlyMemory<byte> block = await _input.ReadBlockAsync(ct).ConfigureAwait(false);
        if (!IsEndMarker(block.Span))
        {
            CheckWhole(block.Length);
            _header.Load(block.Span);
            return true;
        }
        bool isMarked = block.Length > 0;
        block = await _input.ReadBlockAsync(ct).ConfigureAwait(false);
        if (!IsEndMarker(block.Span))
        {
            CheckWhole(block.Length);
            throw _errors.Malformed("a block of zeros stands inside the archive");
        }
        if (_options.RequireEndMarker && (!isMarked || block.Length == 0))
            throw _errors.Fail(TarErrorKind.Truncated, "the archive ends without its two blocks of zeros");
        return false;
    }

    private static bool IsEndMarker(ReadOnlySpan<byte> block) => block.Length is 0 or TarFormat.BlockBytes && !block.ContainsAnyExcept((byte)0);

    private void CheckWhole(int length)
    {
        if (length < TarFormat.BlockBytes)
            throw _errors.Truncated();
    }

    // Headers that say something about the entry behind them.
    private async ValueTask<bool> TryReadExtensionAsync(PendingHeaders pending, CancellationToken ct)
    {
        switch (_header.Type)
        {
            case TarFormat.PaxType:
                pending.Attributes ??= _global?.ForEntry() ?? new PaxAttributes(_options, _errors);
                pending.Attributes.Read(await ReadExtensionAsync(ct).ConfigureAwait(false));
                return true;
            case TarFormat.PaxGlobalType:
                _global ??= new PaxAttributes(_options, _errors);
                _global.Read(await ReadExtensionAsync(ct).ConfigureAwait(false));
                return true;
            case TarFormat.GnuLongNameType:
                pending.LongName = UntilNul(await ReadExtensionAsync(ct).ConfigureAwait(false));
                return true;
            case TarFormat.GnuLongLinkType:
                pending.LongLink = UntilNul(await ReadExtensionAsync(ct).ConfigureAwait(false));
                return true;
            case TarFormat.GnuVolumeType:
                _errors.Limit(_header.Size, _options.MaxArchiveBytes, "the size of the volume label");
                SetContent(0, _header.Size, null);
                await SkipContentAsync(ct).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    private static byte[] UntilNul(byte[] text)
    {
        int end = text.AsSpan().IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private async ValueTask<byte[]> ReadExtensionAsync(CancellationToken ct)
    {
        long size = _header.Size;
        _errors.Limit(size, _options.MaxHeaderBytes, "the size of the extended header");
        byte[] bytes = new byte[size];
        for (int read = 0; read < bytes.Length;)
        {
            int count = await _input.ReadAsync(bytes.AsMemory(read), ct).ConfigureAwait(false);
            if (count == 0)
                throw _errors.Truncated();
            read += count;
        }
        if (!await _input.TrySkipAsync(TarFormat.PaddingOf(size), ct).ConfigureAwait(false))
            throw _errors.Truncated();
        return bytes;
    }

    private async ValueTask<TarEntry> ReadEntryAsync(PendingHeaders pending, CancellationToken ct)
    {
        _errors.Limit(EntryNumber, _options.MaxEntries, "the number of entries");
        PaxAttributes? attributes = pending.Attributes ?? _global?.ForEntry();
        byte[]? name = attributes?.SparseName ?? pending.LongName ?? attributes?.Path;
        TarEntry entry = _builder.Build(attributes, name, pending.LongLink);
        if (entry.Type != TarEntryType.File)
            return entry;
        long contentBytes = attributes?.Size ?? _header.Size;
        _errors.Limit(contentBytes, _options.MaxFileBytes, "the size of the file's data");
        await ReadFileAsync(attributes, contentBytes, ct).ConfigureAwait(false);
        _errors.Limit(_fileBytes, _options.MaxFileBytes, "the size of the file");
        _totalFileBytes += _fileBytes;
        _errors.Limit(_totalFileBytes, _options.MaxTotalFileBytes, "the size of all files");
        return entry with { SizeBytes = _fileBytes };
    }

    private async ValueTask ReadFileAsync(PaxAttributes? attributes, long contentBytes, CancellationToken ct)
    {
        if (_header.Type == TarFormat.GnuSparseType)
        {
            long realSize = _header.SparseRealSize;
            SetSparseContent(realSize, contentBytes, await _sparse.ReadOldMapAsync(_header, ct).ConfigureAwait(false));
        }
        else if (attributes is null || !attributes.IsSparse)
        {
            SetContent(contentBytes, contentBytes, null);
        }
        else
        {
            long realSize = attributes.SparseRealSize ?? throw _errors.Malformed("a sparse file without a size");
            (List<long> numbers, long mapBytes) = await _sparse.ReadMapAsync(attributes, contentBytes, ct).ConfigureAwait(false);
            SetSparseContent(realSize, contentBytes - mapBytes, numbers);
        }
    }

    private void SetSparseContent(long realSize, long packedBytes, List<long> numbers) =>
        SetContent(realSize, packedBytes, SparseMap.Create(numbers, realSize, packedBytes, _errors));

    private sealed class PendingHeaders
    {
        public PaxAttributes? Attributes { get; set; }

        public byte[]? LongName { get; set; }

        public byte[]? LongLink { get; set; }

        public bool IsAny => Attributes is not null || LongName is not null || LongLink is not null;
    }
}
