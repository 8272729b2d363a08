using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Imaging;

/// <summary>Makes the directories and the lists of layers. Each is made once, however many ask.</summary>
/// <remarks>Thread-safe, shared between builds.</remarks>
internal sealed class LayerDirectories
{
    // So many archives are read at once, even where there are few cores: a registry may be slow.
    private const int MinArchives = 4;

    private readonly LayerStore _store;
    private readonly WorkArea _work;
    private readonly int _parallelism;

    // Each has some MiB in its buffers, and may be fetching.
    private readonly Slots _reading;

    // What is made is made of trees and files of the build that began it.
    private readonly InFlight<string> _making = new() { UsesBeginner = true };

    /// <summary>Works on a store.</summary>
    /// <param name="store">The layers on disk.</param>
    /// <param name="work">For what is being made.</param>
    /// <param name="parallelism">How many files of a layer are read at once.</param>
    public LayerDirectories(LayerStore store, WorkArea work, int parallelism)
    {
        _store = store;
        _work = work;
        _parallelism = parallelism;
        _reading = new Slots(Math.Max(MinArchives, parallelism));
    }

    /// <summary>A layer's directory, if it has one. That of an image's layer can depend on the layers below.</summary>
    public string? Find(Layer layer) =>
        _store.FindDirectory(layer.Id) ?? (layer.Origin is LayerOrigin.FromImage image ? _store.FindDirectory(LayerId.OfChain(image.ChainId)) : null);

    /// <summary>The directory of an image's layer.</summary>
    /// <param name="image">The layer.</param>
    /// <param name="openBelow">Opens the layers below, for what the archive leaves to them.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidImageException">The blob is not what its digest, its diff ID or its form says.</exception>
    public Task<string> UnpackAsync(LayerOrigin.FromImage image, Func<CancellationToken, Task<MergedTree>> openBelow, CancellationToken ct)
    {
        LayerId plain = LayerId.OfImageLayer(image.Blob.DiffId);
        LayerId chained = LayerId.OfChain(image.ChainId);
        return FindOrMakeAsync(() => _store.FindDirectory(plain) ?? _store.FindDirectory(chained), chained, "fs", async (work, token) =>
        {
            string directory = work.NewDirectory("layer");
            UnsettledEntries unsettled = await UnpackAsync(image.Blob, directory, token).ConfigureAwait(false);
            if (unsettled.IsEmpty)
                return Publish(plain, unsettled.Records, directory);
            MergedTree below = await openBelow(token).ConfigureAwait(false);
            ImmutableArray<FileEntry> records = await LayerUnpacker.SettleAsync(directory, unsettled, below, _store.Marks, token).ConfigureAwait(false);
            return Publish(chained, records, directory);
        }, ct);
    }

    /// <summary>The directory of a layer of ours, from its own blob.</summary>
    /// <exception cref="InvalidImageException">The blob is not what its digest says.</exception>
    public Task<string> UnpackAsync(LayerId id, ImageLayer blob, CancellationToken ct) =>
        FindOrMakeAsync(() => _store.FindDirectory(id), id, "fs", async (work, token) =>
        {
            string directory = work.NewDirectory("layer");
            await UnpackAsync(blob, directory, token).ConfigureAwait(false);
            return _store.PublishDirectory(id, directory);
        }, ct);

    /// <summary>The directory and the list of a layer of a shared cache.</summary>
    /// <exception cref="LostLayerException">The cache does not have it, or has something else.</exception>
    public Task<string> UnpackAsync(LayerId id, RemoteLayer layer, CancellationToken ct) =>
        FindOrMakeAsync(() => _store.FindDirectory(id), id, "fs", async (work, token) =>
        {
            string directory = work.NewDirectory("layer");
            string list = await LostLayerException.ExplainAsync(layer, async () =>
            {
                await UnpackAsync(layer.Blob, directory, token).ConfigureAwait(false);
                return await ListAsync(work, layer, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            _store.PublishList(id, list);
            string published = _store.PublishDirectory(id, directory);
            _store.Describe(id, $"from {layer.From}", _work.NewPath("about"));
            return published;
        }, ct);

    /// <summary>The directory of a layer that was worked out.</summary>
    /// <param name="id">The layer, whose list is in the store.</param>
    /// <param name="roots">Where its bytes are.</param>
    /// <param name="ct">Gives up.</param>
    public Task<string> MaterializeAsync(LayerId id, ImmutableArray<ContentRoot> roots, CancellationToken ct) =>
        FindOrMakeAsync(() => _store.FindDirectory(id), id, "fs", async (work, token) =>
        {
            string directory = work.NewDirectory("layer");
            using FileList list = FileList.Open(_store.FindList(id) ?? throw new InvalidDataException($"layer {id} is no longer in the store"));
            await LayerMaterializer.WriteAsync(list, roots, directory, _store.Marks, token).ConfigureAwait(false);
            return _store.PublishDirectory(id, directory);
        }, ct);

    /// <summary>The list of a layer whose content is at hand.</summary>
    public Task<string> MakeListAsync(LayerId id, LayerContent content, CancellationToken ct) =>
        FindOrMakeAsync(() => _store.FindList(id), id, "list", async (work, token) =>
        {
            (Digest Content, long SizeBytes) Hash(FileEntry entry)
            {
                using SafeFileHandle opened = content.Open(entry);
                return FileContent.Hash(opened, token);
            }
            string file = work.NewPath("list");
            using (FileListWriter writer = new(file))
            {
                await ContentHashing.HashAsync(content.Entries, Hash, _parallelism, writer.Add, token).ConfigureAwait(false);
                writer.Complete();
            }
            return _store.PublishList(id, file);
        }, ct);

    /// <summary>The list of an image's layer, read off its blob without unpacking it.</summary>
    public Task<string> MakeListAsync(LayerId id, LayerOrigin.FromImage image, CancellationToken ct) =>
        FindOrMakeAsync(() => _store.FindList(id), id, "list", async (work, token) =>
        {
            string file = work.NewPath("list");
            using IDisposable turn = await _reading.TakeAsync(token).ConfigureAwait(false);
            Stream archive = await LayerArchiveSource.OpenAsync(image.Blob, token).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
                await ArchiveListing.WriteAsync(archive, file, token).ConfigureAwait(false);
            return _store.PublishList(id, file);
        }, ct);

    private async Task<UnsettledEntries> UnpackAsync(ImageLayer layer, string directory, CancellationToken ct)
    {
        using IDisposable turn = await _reading.TakeAsync(ct).ConfigureAwait(false);
        Stream archive = await LayerArchiveSource.OpenAsync(layer, ct).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            return await Task.Run(() => LayerUnpacker.UnpackAsync(archive, directory, _store.Marks, ct), ct).ConfigureAwait(false);
    }

    // What the archive says, with the times that the layer has besides. It must be what the cache said that it is: by that name steps were found to be the same.
    private static async Task<string> ListAsync(WorkScope work, RemoteLayer layer, CancellationToken ct)
    {
        string archived = work.NewPath("list");
        Stream archive = await LayerArchiveSource.OpenAsync(layer.Blob, ct).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            await ArchiveListing.WriteAsync(archive, archived, ct).ConfigureAwait(false);
        string file = work.NewPath("list");
        using FileList entries = FileList.Open(archived);
        using FileListWriter writer = new(file);
        foreach (FileEntry entry in layer.Times.Apply(entries.Entries(), entries.Count))
            writer.Add(entry);
        return writer.Complete() == layer.Content ? file : throw new InvalidImageException($"the content of the layer is not {layer.Content}, which the cache says that it is");
    }

    private string Publish(LayerId id, ImmutableArray<FileEntry> records, string directory)
    {
        _store.PublishRecords(id, records, _work.NewPath("records"));
        return _store.PublishDirectory(id, directory);
    }

    private Task<string> FindOrMakeAsync(Func<string?> find, LayerId id, string form, Func<WorkScope, CancellationToken, Task<string>> make, CancellationToken ct) =>
        find() is { } found ? Task.FromResult(found) : _making.RunAsync($"{id}/{form}", async token =>
        {
            if (find() is { } meanwhile)
                return meanwhile;
            using WorkScope work = _work.Begin(form);
            return await make(work, token).ConfigureAwait(false);
        }, ct);
}
