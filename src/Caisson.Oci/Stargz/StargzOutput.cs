using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Stargz;

/// <summary>Takes an archive and writes it as gzip members, one for each chunk of a file, noting where they begin.</summary>
/// <remarks>The bytes depend on the archive and the level alone. One call at a time. Holds the table of contents in memory, and some members.</remarks>
/// <param name="output">Where to; stays open.</param>
/// <param name="level">0 to 9, as of <see cref="GzipOptions"/>.</param>
/// <param name="parallelism">The most members that are compressed at the same time.</param>
internal sealed class StargzOutput(Stream output, int level, int parallelism) : Stream, ITarObserver
{
    /// <summary>The most bytes of a chunk: that of the format's own implementation.</summary>
    public const int ChunkBytes = 4 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ConcurrentBag<ChunkCompressor> _compressors = [];
    private readonly Queue<StargzMember> _queue = new();
    private readonly IncrementalHash _archive = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _file = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private StargzMember _current = new(null);
    private StargzEntry? _firstChunk;
    private long _contentBytes;
    private int _chunkLeft;
    private bool _isInContent;

    /// <summary>The table of contents so far. Offsets and digests are there after <see cref="DrainAsync"/>.</summary>
    public List<StargzEntry> Entries { get; } = [];

    /// <summary>Whether entries are the caller's: such may not have names that the format reserves.</summary>
    public bool TakesForeign { get; set; }

    /// <summary>Whether what follows is the table itself: not noted in it, and one member.</summary>
    public bool TakesTable { get; set; }

    /// <summary>How much of the archive was taken.</summary>
    public long ArchiveBytes { get; private set; }

    /// <summary>How much of the blob was written.</summary>
    public long BlobBytes { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => ArchiveBytes;

    public override long Position
    {
        get => ArchiveBytes;
        set => throw new NotSupportedException();
    }

    public void BeginEntry(TarEntry entry)
    {
        if (TakesTable)
            return;
        if (TakesForeign && StargzArchive.IsReserved(entry.Path))
            throw new StargzException($"a layer with a file \"{entry.Path}\" cannot become an eStargz, which has its own");
        if (!IsText(entry.Path) || !IsText(entry.LinkTarget) || !entry.Xattrs.Keys.All(IsText))
            throw new StargzException($"a layer with a name that is not UTF-8, \"{Printable(entry.Path)}\", cannot become an eStargz, whose table of contents is JSON");
        Entries.Add(new StargzEntry(entry, chunkOffset: 0));
    }

    public void BeginContent()
    {
        if (TakesTable)
            return;
        _isInContent = true;
        _firstChunk = Entries[^1];
        _contentBytes = 0;
        _chunkLeft = 0;
    }

    public void EndContent()
    {
        if (_firstChunk is { } first && Entries[^1].IsFurther)
            first.FileDigest = Digest.FromSha256(_file.GetHashAndReset());
        _firstChunk = null;
        _isInContent = false;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _archive.AppendData(buffer.Span);
        ArchiveBytes += buffer.Length;
        while (!buffer.IsEmpty)
        {
            int count = buffer.Length;
            if (_isInContent)
            {
                if (_chunkLeft == 0)
                    await BeginChunkAsync(cancellationToken).ConfigureAwait(false);
                count = Math.Min(count, _chunkLeft);
                TakeContent(buffer.Span[..count]);
            }
            else if (_current.Length > 2 * ChunkBytes && !TakesTable)
            {
                await CutAsync(null, cancellationToken).ConfigureAwait(false); // very many entries without content
            }
            _current.Append(buffer.Span[..count]);
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the member and returns when the output has taken everything.</summary>
    public async Task DrainAsync(CancellationToken ct)
    {
        await CutAsync(null, ct).ConfigureAwait(false);
        while (_queue.Count > 0)
            await WriteOldestAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The digest of the archive. Nothing may be written afterwards.</summary>
    public Digest CompleteDigest() => Digest.FromSha256(_archive.GetHashAndReset());

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override async ValueTask DisposeAsync()
    {
        // After a failure some may be under way still.
        while (_queue.TryDequeue(out StargzMember? member))
        {
            await member.Compression.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            member.Dispose();
        }
        _current.Dispose();
        _archive.Dispose();
        _file.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask BeginChunkAsync(CancellationToken ct)
    {
        StargzEntry chunk = _firstChunk!; // there is one while there is content
        if (_contentBytes > 0)
        {
            chunk = new StargzEntry(chunk.Entry, _contentBytes);
            Entries.Add(chunk);
        }
        chunk.ChunkBytes = _chunkLeft = (int)Math.Min(ChunkBytes, chunk.Entry.SizeBytes - _contentBytes);
        await CutAsync(chunk, ct).ConfigureAwait(false);
    }

    private void TakeContent(ReadOnlySpan<byte> bytes)
    {
        if (_firstChunk!.Entry.SizeBytes > ChunkBytes) // otherwise the chunk's digest is the file's
            _file.AppendData(bytes);
        _contentBytes += bytes.Length;
        _chunkLeft -= bytes.Length;
    }

    private async ValueTask CutAsync(StargzEntry? chunk, CancellationToken ct)
    {
        StargzMember full = _current;
        _current = new StargzMember(chunk);
        if (full.Length == 0)
        {
            full.Dispose();
            return;
        }
        _queue.Enqueue(full);
        full.Start(() => _compressors.TryTake(out ChunkCompressor? used) ? used : new ChunkCompressor(level), _compressors.Add);
        while (_queue.Count > 2 * parallelism)
            await WriteOldestAsync(ct).ConfigureAwait(false);
    }

    private async Task WriteOldestAsync(CancellationToken ct)
    {
        StargzMember member = _queue.Peek();
        await member.Compression.ConfigureAwait(false);
        if (member.Chunk is not null)
            member.Chunk.Offset = BlobBytes;
        await output.WriteAsync(member.Output, ct).ConfigureAwait(false);
        BlobBytes += member.Output.Length;
        _queue.Dequeue().Dispose();
    }

    private static bool IsText(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static string Printable(string path) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(path));
}
