using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Engine.Keeping;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Gateway;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>Finds out what a store holds. Whatever others remove meanwhile is left out.</summary>
/// <param name="parts">The engine.</param>
internal sealed class InventoryReader(EngineParts parts)
{
    private const string MountsName = "cache-mounts";

    // What the store keeps its books in, relative to it.
    private static readonly (string Path, string Description)[] Books =
    [
        ("cache/steps", "records of steps"),
        ("cache/operations", "records of steps, by operation"),
        ("history", "the history of builds"),
    ];

    private readonly string _store = Path.GetFullPath(parts.Options.StatePath);
    private readonly List<Holding> _holdings = [];

    /// <summary>Finds it out.</summary>
    /// <exception cref="InvalidImageException">A manifest is damaged.</exception>
    public async Task<Inventory> ReadAsync(CancellationToken ct)
    {
        Dictionary<Digest, (long SizeBytes, FileTime Written)> blobs = new BlobFiles(_store).Read();
        NamedImages images = await NamedImages.ReadAsync(parts.Images.Layout, ct).ConfigureAwait(false);
        foreach ((Digest manifest, ImmutableArray<string> names, ImmutableArray<Digest> own) in images.All)
        {
            _holdings.Add(new Holding(Entry(manifest.Value, CacheEntryTypes.Image, blobs.GetValueOrDefault(manifest).Written) with
            {
                Description = names.IsEmpty ? "<none>" : string.Join(", ", names),
                IsCache = names.IsEmpty,
            }, 0)
            { Blobs = own, Unlisted = names.IsEmpty ? manifest : null });
        }
        await AddBaseImagesAsync(images, ct).ConfigureAwait(false);
        AddLayers(await parts.Layers.ListAsync(() => parts.Work.NewPath("space"), parts.Options.Parallelism, ct).ConfigureAwait(false), images);
        AddOtherRungs();
        AddMounts();
        AddRepositories();
        foreach ((string name, string about) in parts.ClientDirectories.List())
            AddDirectory($"{ClientDirectoryStore.DirectoryName}/{name}", name, CacheEntryTypes.Client, ReadText(about));
        AddKeptSteps();
        if (Directory.Exists(Path.Combine(_store, "cache", "http")))
            AddDirectory("cache/http", "cache/http", CacheEntryTypes.Fetched, "what addresses of the web gave");
        if (Directory.Exists(Path.Combine(_store, "cache", "stats")))
            AddDirectory("cache/stats", "cache/stats", CacheEntryTypes.Internal, "what is remembered of contexts");
        if (Directory.Exists(Path.Combine(_store, ResponseStore.DirectoryName)))
            AddDirectory(ResponseStore.DirectoryName, ResponseStore.DirectoryName, CacheEntryTypes.Fetched, "what steps were answered by the network");
        AddUnneeded(blobs);
        AddBooks();
        HashSet<string> claimed = [];
        parts.Work.Claims.WhileNoneAreMade(claimed.UnionWith);
        Dictionary<Digest, long> sizes = blobs.ToDictionary(static b => b.Key, static b => b.Value.SizeBytes);
        return new Inventory([.. _holdings.Select(h => Complete(h, claimed, sizes))], sizes);
    }

    private void AddLayers(ImmutableArray<StoredLayer> layers, NamedImages images)
    {
        foreach (StoredLayer layer in layers)
        {
            string path = $"{parts.OwnName("layers")}/{layer.Id}";
            ImmutableArray<Digest> blobs = [.. layer.Forms.Where(BlobForm.IsRecord).Select(f => LayerBlobs.Read(Path.Combine(_store, path, f))).OfType<BlobRecord>().Select(static r => r.Blob.Digest).Distinct()];
            _holdings.Add(new Holding(Entry(layer.Id.Value, TypeOf(layer.Id), layer.LastUsed) with
            {
                Path = path,
                Description = layer.About ?? (images.ImageOf(layer.Id.Value) is { } image ? $"layer of {image}" : ""),
                IsShared = images.HasLayer(layer.Id.Value) || blobs.Any(images.HasBlob),
            }, layer.SizeBytes)
            { Blobs = blobs, Layer = layer.Id.Value });
        }
    }

    // What builds on another rung of the ladder left is theirs to remove: here its owners mean nothing. The blobs that its layers need stay.
    private void AddOtherRungs()
    {
        foreach (string name in (string[])["layers", MountsName, KeptStepFiles.DirectoryName])
        {
            foreach (string other in parts.OtherNames(name))
            {
                if (Directory.Exists(Path.Combine(_store, other)))
                    _holdings.Add(new Holding(Book(other, "of builds with other rights"), ReadableBytes(Path.Combine(_store, other))) { Blobs = BlobsOf(other) });
            }
        }
    }

    // Others may remove it just now.
    private static string[] FilesOf(string directory)
    {
        try
        {
            return Directory.GetFiles(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private ImmutableArray<Digest> BlobsOf(string layers)
    {
        HashSet<Digest> blobs = [];
        foreach (string record in Directory.GetDirectories(Path.Combine(_store, layers)).SelectMany(FilesOf).Where(static f => BlobForm.IsRecord(Path.GetFileName(f))))
        {
            if (LayerBlobs.Read(record) is { } found)
                blobs.Add(found.Blob.Digest);
        }
        return [.. blobs];
    }

    // Some of it may belong to users that this one may not look at.
    private static long ReadableBytes(string path)
    {
        try
        {
            return DiskSpace.Of(path);
        }
        catch (SystemCallException e) when (e.ErrorNumber is Errno.EACCES or Errno.EPERM)
        {
            return 0;
        }
    }

    private void AddMounts()
    {
        foreach ((string path, string? id) in parts.CacheMounts.List())
        {
            string name = Path.GetFileName(path);
            AddDirectory($"{parts.OwnName(MountsName)}/{name}", id ?? name, CacheEntryTypes.CacheMount, $"cache mount {id ?? name}");
        }
    }

    private void AddRepositories()
    {
        string path = parts.Fetch.GitPath;
        if (!Directory.Exists(path))
            return;
        foreach (string repository in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(repository);
            AddDirectory($"cache/git/{name}", name, CacheEntryTypes.Git, ReadText(Path.Combine(repository, "description")));
        }
    }

    private void AddKeptSteps()
    {
        foreach (string id in parts.KeptSteps.Ids())
        {
            string path = $"{parts.OwnName(KeptStepFiles.DirectoryName)}/{id}";
            string full = Path.Combine(_store, path);
            using DirectoryHandle all = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
            if (all.TryStatus(id) is not { } status)
                continue;
            string description = parts.KeptSteps.TryRead(id) is { } step ? $"{step.Name} (failed)" : "a failed step that cannot be read";
            _holdings.Add(new Holding(Entry(id, CacheEntryTypes.FailedStep, status.Modified) with { Path = path, Description = description }, DiskSpace.Of(full)) { Needs = parts.KeptSteps.LayersOf(id) });
        }
    }

    private void AddDirectory(string path, string id, string type, string description)
    {
        string full = Path.Combine(_store, path);
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
        if (parent.TryStatus(Path.GetFileName(full)) is { } status)
            _holdings.Add(new Holding(Entry(id, type, status.Modified) with { Path = path, Description = description, IsMutable = true }, DiskSpace.Of(full)));
    }

    private async Task AddBaseImagesAsync(NamedImages images, CancellationToken ct)
    {
        string path = Path.Combine(_store, "cache", "images");
        if (!Directory.Exists(path))
            return;
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        foreach (string name in directory.List())
        {
            if (directory.TryStatus(name) is not { } status)
                continue;
            (string id, string description, ImmutableArray<Digest> blobs) = await ReadBaseImageAsync(Path.Combine(path, name), images, ct).ConfigureAwait(false);
            _holdings.Add(new Holding(Entry(id, CacheEntryTypes.BaseImage, status.Modified) with
            {
                Path = $"cache/images/{name}",
                Description = description,
                IsShared = blobs.Any(images.HasBlob),
            }, DiskSpace.Of(status))
            { Blobs = blobs });
        }
    }

    private async Task<(string Id, string Description, ImmutableArray<Digest> Blobs)> ReadBaseImageAsync(string path, NamedImages images, CancellationToken ct)
    {
        try
        {
            Descriptor manifest = OciJson.ReadDescriptor(await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false));
            string name = manifest.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation) ?? "";
            await images.AddLayersAsync(parts.Images.Layout, manifest, name.Length > 0 ? name : manifest.Digest.Value, ct).ConfigureAwait(false);
            return (manifest.Digest.Value, name, [.. await parts.Images.Layout.ReachableFromAsync(manifest, ct).ConfigureAwait(false)]);
        }
        catch (Exception e) when (e is IOException or InvalidImageException or BlobNotFoundException)
        {
            // Just removed, or of no use to anyone.
        }
        return (Path.GetFileName(path), "", []);
    }

    private void AddUnneeded(Dictionary<Digest, (long SizeBytes, FileTime Written)> blobs)
    {
        HashSet<Digest> needed = [.. _holdings.SelectMany(static h => h.Blobs)];
        foreach ((Digest digest, (_, FileTime written)) in blobs.Where(b => !needed.Contains(b.Key)).OrderBy(static b => b.Key.Value, StringComparer.Ordinal))
            _holdings.Add(new Holding(Entry(digest.Value, CacheEntryTypes.Blob, written) with { Description = "no image and no result needs it" }, 0) { Blobs = [digest] });
    }

    private void AddBooks()
    {
        foreach ((string path, string description) in Books)
            AddBook(path, description, DiskSpace.Of(Path.Combine(_store, path)));
        IEnumerable<string> others = Directory.GetDirectories(Path.Combine(_store, "tmp")).Where(area => area != parts.Work.DirectoryPath && Path.GetFileName(area) != WorkArea.SpareName);
        AddBook("tmp", "what commands that run are making", others.Sum(DiskSpace.Of));
    }

    private void AddBook(string path, string description, long bytes)
    {
        if (bytes > 0)
            _holdings.Add(new Holding(Book(path, description), bytes));
    }

    private static CacheEntry Book(string path, string description) => Entry(path, CacheEntryTypes.Internal, default) with { Path = path, Description = description, IsCache = false };

    private static Holding Complete(Holding holding, HashSet<string> claimed, Dictionary<Digest, long> sizes) => holding with
    {
        Entry = holding.Entry with
        {
            SizeBytes = holding.OwnBytes + holding.Blobs.Sum(b => sizes.GetValueOrDefault(b)),
            // A base image is in use when its manifest was read, which comes first; so is an image that has no name, or a blob.
            IsInUse = holding.Layer is null && holding.Entry.Type is CacheEntryTypes.Image or CacheEntryTypes.BaseImage or CacheEntryTypes.Blob
                ? Digest.TryParse(holding.Entry.Id, out Digest? manifest) && claimed.Contains(BlobFiles.PathOf(manifest))
                : holding.Entry.Path is { } path && claimed.Contains(path),
        },
    };

    private static CacheEntry Entry(string id, string type, FileTime lastUsed) => new(id, type, 0, lastUsed.ToDateTimeOffset());

    private static string TypeOf(LayerId layer) => layer.Value.Split('-')[0] switch
    {
        "image" or "chain" => CacheEntryTypes.ImageLayer,
        "fetched" => CacheEntryTypes.Fetched,
        _ => CacheEntryTypes.Regular,
    };

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
