using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>An OCI image layout that is a directory: images by name, and a store of blobs.</summary>
/// <remarks>
/// image-spec v1.1.1, image-layout.md. Thread-safe. Every file appears whole, so whoever reads beside us never sees half a blob, and a
/// killed process leaves only temporary files, which <see cref="PruneAsync"/> removes. The index is changed under
/// <see cref="OciLayoutOptions.Lock"/>; within one process, use one object for one directory, or give a lock.
/// </remarks>
public sealed class OciLayout : IImageSource, IBlobSource
{
    /// <summary>The annotation of an index entry that holds the image's name.</summary>
    public const string RefNameAnnotation = LayoutNames.RefName;

    private readonly OciLayoutOptions _options;
    private readonly LayoutReader _reader;

    // By digest, the time that the file of a blob has since this object wrote it.
    private readonly ConcurrentDictionary<Digest, DateTime> _written = new();

    // By digest, what is being fetched from elsewhere.
    private readonly ConcurrentDictionary<Digest, TaskCompletionSource> _arriving = new();

    // Full while somebody has the turn. Unlike a semaphore it need not be disposed.
    private readonly Channel<bool> _indexTurn = Channel.CreateBounded<bool>(1);

    private OciLayout(string path, OciLayoutOptions options)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        _options = options;
        _reader = new LayoutReader(new DirectoryFiles(Path));
    }

    /// <summary>The directory, absolute.</summary>
    public string Path { get; }

    /// <summary>Reads what is there.</summary>
    internal LayoutReader Reader => _reader;

    /// <summary>Opens a layout that exists.</summary>
    /// <exception cref="InvalidImageException">The directory is not a layout, or of a version that is not read.</exception>
    public static async Task<OciLayout> OpenAsync(string path, OciLayoutOptions? options = null, CancellationToken ct = default)
    {
        OciLayout layout = new(path, options ?? new OciLayoutOptions());
        await layout._reader.ReadIndexAsync(ct).ConfigureAwait(false);
        return layout;
    }

    /// <summary>Opens a layout, and makes it first where there is none.</summary>
    /// <exception cref="InvalidImageException">The directory is a layout of a version that is not read.</exception>
    public static async Task<OciLayout> CreateAsync(string path, OciLayoutOptions? options = null, CancellationToken ct = default)
    {
        OciLayout layout = new(path, options ?? new OciLayoutOptions());
        await layout.InitializeAsync(ct).ConfigureAwait(false);
        return layout;
    }

    /// <inheritdoc/>
    /// <remarks>What this object wrote itself was hashed as it was written; it is not hashed again, unless its file was touched since.</remarks>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        _options.Claim?.Invoke(blob.Digest, false);
        return _written.TryGetValue(blob.Digest, out DateTime written) && new FileInfo(PathOf(blob.Digest)) is { Exists: true, LinkTarget: null } file
            && file.Length == blob.Size && file.LastWriteTimeUtc == written
            ? Task.FromResult<Stream>(new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1, FileOptions.SequentialScan))
            : _reader.OpenBlobAsync(blob, ct);
    }

    /// <summary>Whether there is such a blob, in the size that its descriptor names.</summary>
    public bool HasBlob(Descriptor blob)
    {
        _options.Claim?.Invoke(blob.Digest, false);
        return _reader.Has(blob);
    }

    /// <summary>The file of a blob, for reading in place; it may not exist.</summary>
    public string PathOf(Digest digest) => System.IO.Path.Combine(Path, LayoutPaths.Blob(digest));

    /// <summary>Begins a blob whose digest is not known yet.</summary>
    public BlobWriter CreateBlob() => new(Path, _options);

    /// <summary>Adds a blob whose digest is known; nothing is added when the content is not what the descriptor says.</summary>
    /// <param name="content">Read once to its end, and disposed.</param>
    /// <exception cref="InvalidImageException">The content has another digest or size.</exception>
    public async Task AddBlobAsync(Descriptor blob, Stream content, CancellationToken ct)
    {
        Stream arriving = content is ArrivingBlob own && own.Path == PathOf(blob.Digest) ? own : Receive(blob, content, ended: null);
        await using (arriving.ConfigureAwait(false))
            await arriving.CopyToAsync(Stream.Null, ct).ConfigureAwait(false);
    }

    /// <summary>Reads blobs from here; what is not here comes from another place, and is added while it is read to its end.</summary>
    public IBlobSource BackedBy(IBlobSource remote) => new RemoteBackedBlobs(this, remote, _arriving);

    /// <summary>Adds a file as a blob by renaming it. The caller vouches for the digest; the size is checked.</summary>
    /// <exception cref="InvalidImageException">The file has another size.</exception>
    public async Task AddFileAsync(Descriptor blob, string path, CancellationToken ct)
    {
        _options.Claim?.Invoke(blob.Digest, true);
        // It stays open, and by that locked, until it has its name: pruning would take it for what a dead process left.
        FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        if (file.Length != blob.Size)
            throw new InvalidImageException($"\"{path}\" has {file.Length} bytes, not the {blob.Size} of blob {blob.Digest}");
        if (_options.IsDurable)
            await Task.Run(() => file.Flush(flushToDisk: true), ct).ConfigureAwait(false);
        WholeFile beside = WholeFile.CreateIn(DirectoryOf(blob.Digest));
        await using ConfiguredAsyncDisposable removing = beside.ConfigureAwait(false);
        beside.NameOther(path, PathOf(blob.Digest));
        _written[blob.Digest] = File.GetLastWriteTimeUtc(PathOf(blob.Digest));
    }

    /// <summary>The index: every image, with its name as an annotation.</summary>
    /// <exception cref="InvalidImageException">The index cannot be read.</exception>
    public Task<ImageIndex> ReadIndexAsync(CancellationToken ct) => _reader.ReadIndexAsync(ct);

    /// <summary>The manifest or index that a reference stands for; null when there is none.</summary>
    public async Task<Descriptor?> FindAsync(Reference reference, CancellationToken ct) =>
        LayoutNames.Find(await ReadIndexAsync(ct).ConfigureAwait(false), reference).FirstOrDefault();

    /// <summary>The manifest or index whose <c>org.opencontainers.image.ref.name</c> is exactly this text; null when there is none.</summary>
    /// <remarks>For layouts of other tools, which name images by a tag alone: <c>oci-layout://path:tag</c>.</remarks>
    public async Task<Descriptor?> FindByRefNameAsync(string refName, CancellationToken ct) =>
        LayoutNames.FindExact(await ReadIndexAsync(ct).ConfigureAwait(false), refName).FirstOrDefault();

    /// <inheritdoc/>
    public Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct) => _reader.GetImageAsync(reference, platform, ct);

    /// <summary>The image behind a manifest or index of this layout.</summary>
    /// <exception cref="ImageNotFoundException">The index has no image for the platform.</exception>
    /// <exception cref="InvalidImageException">What is there is not an image.</exception>
    public Task<Image> GetImageAsync(Descriptor manifest, Platform platform, CancellationToken ct) => _reader.LoadAsync(manifest, platform, ct);

    /// <summary>The images behind a manifest or index of this layout, of all platforms, in the index's order.</summary>
    /// <exception cref="InvalidImageException">What is there is not an image.</exception>
    public Task<ImmutableArray<Image>> GetImagesAsync(Descriptor manifest, CancellationToken ct) => _reader.LoadAllAsync(manifest, ct);

    /// <summary>The image of a layout that has just one, whatever its name.</summary>
    /// <exception cref="ImageNotFoundException">There is none, or there are several.</exception>
    public Task<Image> GetOnlyImageAsync(Platform platform, CancellationToken ct) => _reader.GetOnlyImageAsync(platform, ct);

    /// <summary>Adds an image: its blobs, as far as they are missing, and then its entry in the index.</summary>
    /// <param name="name">Its name, taken from whatever had it; null to list it without one.</param>
    public Task AddImageAsync(Image image, Reference? name, CancellationToken ct) => AddAsync(ImageBlobs.Of(image), image.Descriptor, name, ct);

    /// <summary>Adds images for several platforms: their blobs and index, as far as they are missing, and then one entry in the layout's index.</summary>
    /// <param name="name">Their name, taken from whatever had it; null to list them without one.</param>
    public Task AddImageAsync(MultiPlatformImage image, Reference? name, CancellationToken ct) => AddAsync(ImageBlobs.Of(image), image.Descriptor, name, ct);

    /// <summary>Adds what is said of an image of the layout: its blobs, and then its entry in the index, without a name.</summary>
    public async Task AddReferrerAsync(Referrer referrer, CancellationToken ct)
    {
        await AddBlobsAsync(referrer.Blobs(), ct).ConfigureAwait(false);
        await TagAsync(referrer.Descriptor, name: null, ct).ConfigureAwait(false);
    }

    /// <summary>Gives a name to a manifest or index whose blob is there; it is taken from whatever had it. Null lists it without a name.</summary>
    public Task TagAsync(Descriptor manifest, Reference? name, CancellationToken ct) =>
        ChangeIndexAsync(index => LayoutNames.Add(index, manifest, name), ct);

    /// <summary>Gives exactly this <c>org.opencontainers.image.ref.name</c> to a manifest or index whose blob is there; it is taken from whatever had it.</summary>
    /// <remarks>For layouts of other tools, which name images by a tag alone: <c>oci:DIR:TAG</c> of skopeo, umoci and podman.</remarks>
    public Task TagByRefNameAsync(Descriptor manifest, string refName, CancellationToken ct) =>
        ChangeIndexAsync(index => LayoutNames.AddExact(index, manifest, refName), ct);

    /// <summary>Takes a name from the index. The blobs stay until <see cref="PruneAsync"/>.</summary>
    /// <returns>Whether the name was there.</returns>
    public async Task<bool> UntagAsync(Reference name, CancellationToken ct)
    {
        int before = 0;
        int after = 0;
        await ChangeIndexAsync(index =>
        {
            ImageIndex changed = LayoutNames.Remove(index, name);
            (before, after) = (index.Manifests.Length, changed.Manifests.Length);
            return changed;
        }, ct).ConfigureAwait(false);
        return after < before;
    }

    /// <summary>Takes manifests that have no name from the index. Their blobs stay.</summary>
    /// <param name="manifests">Which; those that have got a name stay.</param>
    /// <param name="ct">Gives up.</param>
    public Task UnlistAsync(IReadOnlySet<Digest> manifests, CancellationToken ct) => ChangeIndexAsync(
        index => index with { Manifests = [.. index.Manifests.Where(m => LayoutNames.Of(m) is not null || !manifests.Contains(m.Digest))] },
        ct);

    /// <summary>The blobs that an entry of the index leads to, itself among them, whether they are there or not.</summary>
    /// <exception cref="InvalidImageException">A manifest is damaged.</exception>
    public Task<IReadOnlySet<Digest>> ReachableFromAsync(Descriptor entry, CancellationToken ct) =>
        new ReachableBlobs(_reader).FromAsync(new ImageIndex { SchemaVersion = 2, Manifests = [entry] }, ct);

    /// <summary>The manifest that an entry of the index says something about; null when it stands for itself, or is not there.</summary>
    /// <exception cref="InvalidImageException">It is damaged.</exception>
    public async Task<Digest?> FindSubjectAsync(Descriptor entry, CancellationToken ct)
    {
        if ((!MediaTypes.IsIndex(entry.MediaType) && !MediaTypes.IsManifest(entry.MediaType)) || !_reader.Has(entry))
            return null;
        return Transfer.ImageGraph.SubjectOf(new Transfer.GraphDocument(entry, await _reader.ReadDocumentAsync(entry, ct).ConfigureAwait(false)))?.Digest;
    }

    /// <summary>The name of an entry of the index; null when it has none.</summary>
    public static string? NameOf(Descriptor entry) => LayoutNames.Of(entry);

    /// <summary>The name of an entry as one that an image can have, with its tag; null when it has none, or a tag alone.</summary>
    public static Reference? ReferenceOf(Descriptor entry) => LayoutNames.ReferenceOf(entry);

    /// <summary>Does something while the index cannot change.</summary>
    /// <param name="work">Is given the blobs that the index leads to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidImageException">A manifest is damaged, so that it cannot be said what it needs.</exception>
    public async Task WhileUnchangedAsync(Action<IReadOnlySet<Digest>> work, CancellationToken ct)
    {
        IAsyncDisposable turn = await TakeTurnAsync(ct).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
            work(await ReachableAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Removes what killed processes left half written; files that are being written stay.</summary>
    public void RemoveLeftovers() => UnreachableBlobs.RemoveLeftovers(Path);

    /// <summary>The blobs that the index leads to, whether they are there or not.</summary>
    /// <exception cref="InvalidImageException">A manifest is damaged, so that it cannot be said what it needs.</exception>
    public async Task<IReadOnlySet<Digest>> ReachableAsync(CancellationToken ct) =>
        await new ReachableBlobs(_reader).FromAsync(await ReadIndexAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Removes the blobs that the index does not lead to, and what killed processes left behind. The index cannot change meanwhile.</summary>
    /// <param name="keep">Blobs that stay even so, such as those of a build that runs.</param>
    /// <param name="writtenBefore">Spares blobs that are younger: somebody may be about to name them. Null spares none.</param>
    /// <exception cref="InvalidImageException">A manifest is damaged; nothing was removed.</exception>
    public async Task<PruneResult> PruneAsync(IReadOnlySet<Digest> keep, DateTimeOffset? writtenBefore, CancellationToken ct)
    {
        IAsyncDisposable turn = await TakeTurnAsync(ct).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            IReadOnlySet<Digest> reachable = await ReachableAsync(ct).ConfigureAwait(false);
            return UnreachableBlobs.Remove(Path, blob => reachable.Contains(blob) || keep.Contains(blob), writtenBefore);
        }
    }

    /// <summary>Begins to add a blob that is read from elsewhere.</summary>
    /// <param name="blob">What it must be.</param>
    /// <param name="content">Owned by what is returned, also when this fails.</param>
    /// <param name="ended">Told when that is disposed.</param>
    internal ArrivingBlob Receive(Descriptor blob, Stream content, Action? ended)
    {
        try
        {
            _options.Claim?.Invoke(blob.Digest, true);
            DirectoryOf(blob.Digest);
            return new ArrivingBlob(content, blob, PathOf(blob.Digest), _options.IsDurable) { Ended = ended };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private async Task AddAsync(IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, Descriptor root, Reference? name, CancellationToken ct)
    {
        await AddBlobsAsync(blobs, ct).ConfigureAwait(false);
        await TagAsync(root, name, ct).ConfigureAwait(false);
    }

    /// <summary>Adds blobs, several at a time, as far as they are missing.</summary>
    internal async Task AddBlobsAsync(IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, CancellationToken ct)
    {
        Dictionary<Digest, (Descriptor Blob, IBlobSource Source)> missing = [];
        foreach ((Descriptor Blob, IBlobSource Source) blob in blobs)
        {
            if (!HasBlob(blob.Blob))
                missing.TryAdd(blob.Blob.Digest, blob);
        }
        if (missing.Count > 0)
            await AddMissingAsync(missing.Values, ct).ConfigureAwait(false);
    }

    private Task AddMissingAsync(IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, CancellationToken ct)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.MaxParallelCopies, CancellationToken = ct };
        return Parallel.ForEachAsync(blobs, parallel, async (blob, token) =>
        {
            Stream content = await blob.Source.OpenBlobAsync(blob.Blob, token).ConfigureAwait(false);
            await AddBlobAsync(blob.Blob, content, token).ConfigureAwait(false);
        });
    }

    private string DirectoryOf(Digest digest) => Directory.CreateDirectory(System.IO.Path.Combine(Path, LayoutPaths.Blobs, digest.Algorithm)).FullName;

    private async Task ChangeIndexAsync(Func<ImageIndex, ImageIndex> edit, CancellationToken ct)
    {
        IAsyncDisposable turn = await TakeTurnAsync(ct).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            ImageIndex index = await _reader.ReadIndexAsync(ct).ConfigureAwait(false);
            ImageIndex changed = edit(index);
            if (!ReferenceEquals(changed, index))
                await WriteIndexAsync(changed, ct).ConfigureAwait(false);
        }
    }

    private async Task InitializeAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, LayoutPaths.Blobs, "sha256"));
        IAsyncDisposable turn = await TakeTurnAsync(ct).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            if (!File.Exists(System.IO.Path.Combine(Path, LayoutPaths.Index)))
                await WriteIndexAsync(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [] }, ct).ConfigureAwait(false);
            string marker = System.IO.Path.Combine(Path, LayoutPaths.Marker);
            if (!File.Exists(marker))
                await WholeFile.WriteAsync(marker, LayoutPaths.MarkerContent.ToArray(), _options.IsDurable, ct).ConfigureAwait(false);
            await _reader.ReadIndexAsync(ct).ConfigureAwait(false);
        }
    }

    private Task WriteIndexAsync(ImageIndex index, CancellationToken ct) =>
        WholeFile.WriteAsync(System.IO.Path.Combine(Path, LayoutPaths.Index), OciJson.Write(index), _options.IsDurable, ct);

    // First the turn within this process, then the lock between processes.
    private async Task<IAsyncDisposable> TakeTurnAsync(CancellationToken ct)
    {
        await _indexTurn.Writer.WriteAsync(true, ct).ConfigureAwait(false);
        try
        {
            return new Turn(_indexTurn.Reader, _options.Lock is { } acquire ? await acquire(ct).ConfigureAwait(false) : null);
        }
        catch
        {
            _indexTurn.Reader.TryRead(out _);
            throw;
        }
    }

    private sealed class Turn(ChannelReader<bool> turn, IAsyncDisposable? processLock) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                if (processLock is not null)
                    await processLock.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                turn.TryRead(out _);
            }
        }
    }
}
