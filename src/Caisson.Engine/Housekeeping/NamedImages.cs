using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>The images of the index, and what those that have names hold.</summary>
internal sealed class NamedImages
{
    // What says something of what says something of an image: further than anybody goes.
    private const int MaxReferences = 8;

    // By blob, a name of an image that has one.
    private readonly Dictionary<Digest, string> _nameOfBlob = [];
    private readonly HashSet<string> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _imageOfLayer = new(StringComparer.Ordinal);

    private NamedImages()
    {
    }

    /// <summary>All images of the index: the names of each, none for one that has lost its own, and its blobs; among them what is said of images, which has a name as long as they have one.</summary>
    public List<(Digest Manifest, ImmutableArray<string> Names, ImmutableArray<Digest> Blobs)> All { get; } = [];

    /// <summary>Whether an image with a name holds a blob.</summary>
    public bool HasBlob(Digest blob) => _nameOfBlob.ContainsKey(blob);

    /// <summary>Whether the layer of this name in the store is one of an image with a name.</summary>
    public bool HasLayer(string layer) => _layers.Contains(layer);

    /// <summary>An image, with a name or without, that a layer of this name in the store is part of; null when none is known.</summary>
    public string? ImageOf(string layer) => _imageOfLayer.GetValueOrDefault(layer);

    /// <summary>Reads the index.</summary>
    /// <exception cref="InvalidImageException">A manifest is damaged.</exception>
    public static async Task<NamedImages> ReadAsync(OciLayout layout, CancellationToken ct)
    {
        NamedImages images = new();
        List<(Descriptor Entry, ImmutableArray<Digest> Blobs)> nameless = [];
        ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
        foreach (IGrouping<Digest, Descriptor> entries in index.Manifests.GroupBy(static m => m.Digest))
        {
            IReadOnlySet<Digest> blobs = await layout.ReachableFromAsync(entries.First(), ct).ConfigureAwait(false);
            ImmutableArray<string> names = [.. entries.Select(OciLayout.NameOf).OfType<string>().Select(Familiar).Order(StringComparer.Ordinal)];
            if (names.IsEmpty)
            {
                nameless.Add((entries.First(), [.. blobs]));
                continue;
            }
            images.All.Add((entries.Key, names, [.. blobs]));
            foreach (Digest blob in blobs)
                images._nameOfBlob.TryAdd(blob, names[0]);
            images._layers.UnionWith(await images.AddLayersAsync(layout, entries.First(), names[0], ct).ConfigureAwait(false));
        }
        await images.AddNamelessAsync(layout, nameless, ct).ConfigureAwait(false);
        return images;
    }

    // What is said of an image that has a name stays with it, and what is said of that.
    private async Task AddNamelessAsync(OciLayout layout, List<(Descriptor Entry, ImmutableArray<Digest> Blobs)> nameless, CancellationToken ct)
    {
        Dictionary<Digest, Digest> subjects = [];
        foreach ((Descriptor entry, _) in nameless)
        {
            if (await layout.FindSubjectAsync(entry, ct).ConfigureAwait(false) is { } subject)
                subjects[entry.Digest] = subject;
        }
        foreach ((Descriptor entry, ImmutableArray<Digest> blobs) in nameless)
        {
            string? name = null;
            Digest? at = entry.Digest;
            for (int i = 0; i < MaxReferences && name is null && subjects.TryGetValue(at, out at); i++)
                name = _nameOfBlob.GetValueOrDefault(at);
            All.Add((entry.Digest, name is null ? [] : [$"said of {name}"], blobs));
        }
    }

    /// <summary>Remembers which image layers are of.</summary>
    /// <returns>The names of the layers in the store, of all platforms.</returns>
    public async Task<IReadOnlyList<string>> AddLayersAsync(OciLayout layout, Descriptor entry, string name, CancellationToken ct)
    {
        List<string> layers = [];
        try
        {
            foreach (Image image in await layout.GetImagesAsync(entry, ct).ConfigureAwait(false))
            {
                foreach (Layer layer in FilesystemState.Of(image).Layers)
                    layers.AddRange([layer.Id.Value, Linux.Snapshots.LayerId.OfChain(((LayerOrigin.FromImage)layer.Origin).ChainId).Value]);
            }
        }
        catch (Exception e) when (e is ImageNotFoundException or BlobNotFoundException or InvalidImageException)
        {
            // Not whole, or not an image of file systems: then nothing of it is unpacked either.
        }
        foreach (string layer in layers)
            _imageOfLayer.TryAdd(layer, name);
        return layers;
    }

    private static string Familiar(string name) => Reference.TryParse(name, out Reference? reference, out _) ? reference.Familiar : name;
}
