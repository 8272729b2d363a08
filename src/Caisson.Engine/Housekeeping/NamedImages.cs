using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>The images of the index, and what those that have names hold.</summary>
internal sealed class NamedImages
{
    private readonly HashSet<Digest> _blobs = [];
    private readonly HashSet<string> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _imageOfLayer = new(StringComparer.Ordinal);

    private NamedImages()
    {
    }

    /// <summary>All images of the index: the names of each, none for one that has lost its own, and its blobs.</summary>
    public List<(Digest Manifest, ImmutableArray<string> Names, ImmutableArray<Digest> Blobs)> All { get; } = [];

    /// <summary>Whether an image with a name holds a blob.</summary>
    public bool HasBlob(Digest blob) => _blobs.Contains(blob);

    /// <summary>Whether the layer of this name in the store is one of an image with a name.</summary>
    public bool HasLayer(string layer) => _layers.Contains(layer);

    /// <summary>An image, with a name or without, that a layer of this name in the store is part of; null when none is known.</summary>
    public string? ImageOf(string layer) => _imageOfLayer.GetValueOrDefault(layer);

    /// <summary>Reads the index.</summary>
    /// <exception cref="InvalidImageException">A manifest is damaged.</exception>
    public static async Task<NamedImages> ReadAsync(OciLayout layout, CancellationToken ct)
    {
        NamedImages images = new();
        ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
        foreach (IGrouping<Digest, Descriptor> entries in index.Manifests.GroupBy(static m => m.Digest))
        {
            IReadOnlySet<Digest> blobs = await layout.ReachableFromAsync(entries.First(), ct).ConfigureAwait(false);
            ImmutableArray<string> names = [.. entries.Select(OciLayout.NameOf).OfType<string>().Select(Familiar).Order(StringComparer.Ordinal)];
            images.All.Add((entries.Key, names, [.. blobs]));
            if (names.IsEmpty)
                continue;
            images._blobs.UnionWith(blobs);
            images._layers.UnionWith(await images.AddLayersAsync(layout, entries.First(), names[0], ct).ConfigureAwait(false));
        }
        return images;
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
