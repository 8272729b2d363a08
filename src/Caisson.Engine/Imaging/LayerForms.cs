using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Events;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>
/// Gives layers the forms that someone asks for: a tree to look at, a directory for overlay, a blob for an image. A form is made when
/// it is first asked for, from what there is, and kept.
/// </summary>
/// <remarks>Thread-safe. The trees it hands out live as long as it does.</remarks>
internal sealed class LayerForms : IDisposable
{
    private readonly LayerStore _store;
    private readonly LayerDirectories _directories;
    private readonly LayerBlobs _blobs;
    private readonly EventLog _events;

    // By the path of what is looked at: a layer of an image can have several directories, one for each stack of layers that it stands on.
    private readonly ConcurrentDictionary<(string Path, bool HasContent), Lazy<ILayerTree>> _trees = new();

    private readonly HashSet<LayerId> _used = [];

    /// <summary>Works on a store.</summary>
    /// <param name="store">The layers on disk.</param>
    /// <param name="directories">Makes directories.</param>
    /// <param name="blobs">Makes blobs.</param>
    /// <param name="events">Is told of what takes time.</param>
    public LayerForms(LayerStore store, LayerDirectories directories, LayerBlobs blobs, EventLog events)
    {
        _store = store;
        _directories = directories;
        _blobs = blobs;
        Remote = blobs.NewRemote();
        _events = events;
    }

    /// <summary>The layers of the shared caches of the build.</summary>
    public RemoteLayers Remote { get; }

    /// <summary>Whether every form of a layer can still be made from what is in the store, or in the shared caches of the build.</summary>
    public bool IsAvailable(LayerId id)
    {
        if (_store.FindDirectory(id) is not null || Remote.Find(id) is not null)
            return true;
        if (id.IsWritten || _store.FindList(id) is not { } list)
            return false;
        if (_blobs.FindAny(id) is not null)
            return true;
        using FileList entries = FileList.Open(list);
        return entries.Entries().All(static e => e.Kind != EntryKind.File);
    }

    /// <summary>Notes that layers are used. Their times say so when this is disposed: once, however often they were, and behind whatever form they got.</summary>
    /// <remarks>Not while other threads note something.</remarks>
    public void NoteUsed(FilesystemState state)
    {
        foreach (Layer layer in state.Layers)
        {
            if (_used.Add(layer.Id) && layer.Origin is LayerOrigin.FromImage image)
                _used.Add(LayerId.OfChain(image.ChainId));
        }
    }

    /// <summary>The directories of all layers, the uppermost first, as overlay wants them.</summary>
    /// <remarks>
    /// A layer may stand in a state twice, when the same files are copied again. The kernel takes a directory only once (ELOOP), and the lower one is hidden
    /// anyway: whatever it has or hides, the upper one has or hides too.
    /// </remarks>
    public async Task<ImmutableArray<string>> GetDirectoriesAsync(FilesystemState state, CancellationToken ct)
    {
        Task<string>[] making = [.. state.Layers.Select((_, i) => GetDirectoryAsync(state, i, ct))];
        string[] directories = await Task.WhenAll(making).ConfigureAwait(false);
        return [.. directories.Reverse().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>All layers as one tree.</summary>
    /// <param name="state">The layers.</param>
    /// <param name="withContent">Whether files will be opened; otherwise no directory is made only to look at names.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<MergedTree> OpenTreeAsync(FilesystemState state, bool withContent, CancellationToken ct)
    {
        Task<ILayerTree>[] opening = [.. state.Layers.Select((_, i) => OpenLayerAsync(state, i, withContent, ct))];
        ILayerTree[] trees = await Task.WhenAll(opening).ConfigureAwait(false);
        return new MergedTree([.. trees.Reverse()]);
    }

    /// <summary>Layers of a file system, each by itself.</summary>
    /// <param name="state">The file system.</param>
    /// <param name="from">The lowest that is asked for; all above it are too.</param>
    /// <param name="ct">Gives up.</param>
    public Task<ILayerTree[]> OpenLayersAsync(FilesystemState state, int from, CancellationToken ct) =>
        Task.WhenAll(Enumerable.Range(from, state.Layers.Length - from).Select(i => OpenLayerAsync(state, i, withContent: true, ct)));

    /// <summary>Directories of layers as one tree.</summary>
    /// <param name="topFirst">The directories, the uppermost first.</param>
    public MergedTree OpenTree(ImmutableArray<string> topFirst) => new([.. topFirst.Select(d => Open(d, withContent: true, () => new DirectoryTree(d, _store.Marks)))]);

    /// <summary>A layer as a layer of an image.</summary>
    /// <param name="state">The file system that it is part of.</param>
    /// <param name="index">Which layer.</param>
    /// <param name="form">How it becomes a blob. One of an image stays as it is unless the form says otherwise.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ImageLayer> GetBlobAsync(FilesystemState state, int index, BlobForm form, CancellationToken ct)
    {
        Layer layer = state.Layers[index];
        if (layer.Origin is LayerOrigin.FromImage image)
            return await _blobs.GetAsync(layer.Id, image.Blob, form, ct).ConfigureAwait(false);
        if (Remote.Find(layer.Id) is { } remote && remote.Form == form.Name && _blobs.Find(layer.Id, form.Name) is null)
            return remote.Blob;
        return await _blobs.GetAsync(layer.Id, form, async token => await ReadAsync(state, index, token).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>Names what a layer holds. Whatever must be read for it is read.</summary>
    /// <param name="state">The file system that it is part of.</param>
    /// <param name="index">Which layer.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Digest> GetContentNameAsync(FilesystemState state, int index, CancellationToken ct)
    {
        Layer layer = state.Layers[index];
        if (layer.Origin is LayerOrigin.FromImage image)
            return image.Blob.DiffId;
        if (_store.FindDirectory(layer.Id) is null && Remote.Find(layer.Id) is { } remote)
            return remote.Content;
        string list = _store.FindList(layer.Id) ?? await _directories.MakeListAsync(layer.Id, await ReadAsync(state, index, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        using FileList entries = FileList.Open(list);
        return entries.Identity;
    }

    /// <summary>All that a layer holds, with digests of content. Whatever must be read for it is read.</summary>
    /// <param name="state">The file system that it is part of.</param>
    /// <param name="index">Which layer; none of an image.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<FileList> OpenListAsync(FilesystemState state, int index, CancellationToken ct)
    {
        LayerId id = state.Layers[index].Id;
        if (_store.FindList(id) is null && _store.FindDirectory(id) is null)
            await GetDirectoryAsync(state, index, ct).ConfigureAwait(false); // it is in a shared cache
        await GetContentNameAsync(state, index, ct).ConfigureAwait(false);
        return FileList.Open(_store.FindList(id) ?? throw Lost(id));
    }

    /// <summary>What a layer holds, to open its files.</summary>
    /// <param name="state">The file system that it is part of.</param>
    /// <param name="index">Which layer.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IFileTree> OpenContentAsync(FilesystemState state, int index, CancellationToken ct) =>
        new MergedTree([await OpenLayerAsync(state, index, withContent: true, ct).ConfigureAwait(false)]);

    /// <summary>A layer as other machines can take it. One that is in a shared cache is not fetched for it.</summary>
    /// <param name="state">The file system that it is part of.</param>
    /// <param name="index">Which layer; none of an image.</param>
    /// <param name="form">How it becomes a blob, if it is not one already, in this form or another.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<RemoteLayer> ShareAsync(FilesystemState state, int index, BlobForm form, CancellationToken ct)
    {
        LayerId id = state.Layers[index].Id;
        if (_store.FindDirectory(id) is null && Remote.Find(id) is { } known)
            return known;
        Digest content = await GetContentNameAsync(state, index, ct).ConfigureAwait(false);
        (ImageLayer blob, string name) = _blobs.FindAny(id, form) ?? (await GetBlobAsync(state, index, form, ct).ConfigureAwait(false), form.Name);
        return new RemoteLayer(blob, name, content, LayerTimes.Of(ListOf(id)), From: "");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FileTime now = FileTime.Of(_events.Date);
        foreach (LayerId layer in _used)
            _store.MarkUsed(layer, now);
        foreach (Lazy<ILayerTree> tree in _trees.Values.Where(static t => t.IsValueCreated))
            tree.Value.Dispose();
    }

    // The store has whatever a layer was born as, or can have it from the layer's origin.
    private Task<string> GetDirectoryAsync(FilesystemState state, int index, CancellationToken ct)
    {
        Layer layer = state.Layers[index];
        return layer.Origin switch
        {
            LayerOrigin.FromImage when _directories.Find(layer) is { } unpacked => Task.FromResult(unpacked),
            LayerOrigin.FromImage image => _events.ReportAsync(
                $"unpacking {image.Blob.Blob.Digest}",
                token => _directories.UnpackAsync(image, below => OpenTreeAsync(state.Below(index), withContent: true, below), token),
                ct),
            LayerOrigin.Listed { Roots.IsEmpty: true } when _store.FindDirectory(layer.Id) is null && Remote.Find(layer.Id) is { } remote => _events.ReportAsync(
                $"unpacking {remote.Blob.Blob.Digest} from {remote.From}", token => FetchAsync(layer.Id, remote, token), ct),
            LayerOrigin.Written => Task.FromResult(_store.FindDirectory(layer.Id) ?? throw Lost(layer.Id)),
            LayerOrigin.Listed listed when _blobs.FindAny(layer.Id) is { } blob && listed.Roots.IsEmpty => _directories.UnpackAsync(layer.Id, blob, ct),
            LayerOrigin.Listed listed => _directories.MaterializeAsync(layer.Id, listed.Roots, ct),
            _ => throw new UnreachableException(layer.Origin.GetType().Name),
        };
    }

    private async Task<string> FetchAsync(LayerId id, RemoteLayer remote, CancellationToken ct)
    {
        string directory = await _directories.UnpackAsync(id, remote, ct).ConfigureAwait(false);
        await _blobs.RememberAsync(id, remote.Form, new BlobRecord(remote.Blob.Blob, remote.Blob.DiffId), ct).ConfigureAwait(false);
        return directory;
    }

    private async Task<ILayerTree> OpenLayerAsync(FilesystemState state, int index, bool withContent, CancellationToken ct)
    {
        Layer layer = state.Layers[index];
        string? directory = _directories.Find(layer);
        bool isAtHand = layer.Origin is LayerOrigin.Listed { Roots: var roots } && (!roots.IsEmpty || (_blobs.FindAny(layer.Id) is null && Remote.Find(layer.Id) is null));
        bool isElsewhere = directory is null && _store.FindList(layer.Id) is null && Remote.Find(layer.Id) is not null;
        if (directory is null && (withContent || isElsewhere) && !isAtHand)
            directory = await GetDirectoryAsync(state, index, ct).ConfigureAwait(false);
        if (directory is not null)
            return Open(directory, withContent: true, () => OpenDirectory(directory, layer));
        string list = _store.FindList(layer.Id)
            ?? (layer.Origin is LayerOrigin.FromImage image ? await _directories.MakeListAsync(layer.Id, image, ct).ConfigureAwait(false) : throw Lost(layer.Id));
        return Open(list, withContent, () => new FileListTree(FileList.Open(list), (layer.Origin as LayerOrigin.Listed)?.Roots ?? []));
    }

    // A directory has the times that programs see. What a layer carries in an image stands in its list, or beside what a program wrote.
    private ILayerTree OpenDirectory(string path, Layer layer)
    {
        ILayerTree directory = new DirectoryTree(path, _store.Marks);
        if (_store.Marks.Ownership != Ownership.Native && Names(FindRecords(layer)) is { } records)
            directory = new RecordedTree(directory, records);
        return layer.Origin switch
        {
            LayerOrigin.Listed => new TimedTree(directory, Names(_store.FindList(layer.Id)), madeSince: null),
            LayerOrigin.Written => new TimedTree(directory, Names(_store.FindTimes(layer.Id)), _store.FindBeginning(layer.Id)),
            _ => directory,
        };

        static FileListTree? Names(string? list) => list is null ? null : new FileListTree(FileList.Open(list), []);
    }

    // What a layer's directory could not be given. A layer of ours has a list that says everything.
    private string? FindRecords(Layer layer) => layer.Origin switch
    {
        LayerOrigin.Listed => _store.FindList(layer.Id),
        LayerOrigin.FromImage image => _store.FindRecords(layer.Id) ?? _store.FindRecords(LayerId.OfChain(image.ChainId)),
        _ => null,
    };

    private ILayerTree Open(string path, bool withContent, Func<ILayerTree> open) => _trees.GetOrAdd((path, withContent), _ => new(open)).Value;

    private async Task<LayerContent> ReadAsync(FilesystemState state, int index, CancellationToken ct)
    {
        Layer layer = state.Layers[index];
        ILayerTree own = await OpenLayerAsync(state, index, withContent: true, ct).ConfigureAwait(false);
        if (layer.Origin is not LayerOrigin.Written)
            return new LayerContent(ListOf(layer.Id), entry => own.Open(entry.Path), own.CanChange) { IsKnown = (entry, file) => entry.Content is { } content && own.IsKnownToHold(entry.Path, file, content) };
        MergedTree below = await OpenTreeAsync(state.Below(index), withContent: true, ct).ConfigureAwait(false);
        return new LayerContent(new DirectoryDiff(own, below).Entries(), entry => own.Open(entry.Path), CanChange: false);
    }

    private IEnumerable<FileEntry> ListOf(LayerId id)
    {
        using FileList list = FileList.Open(_store.FindList(id) ?? throw Lost(id));
        foreach (FileEntry entry in list.Entries())
            yield return entry;
    }

    private static InvalidDataException Lost(LayerId id) => new($"layer {id} is no longer in the store");
}
