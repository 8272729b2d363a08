using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>A file system: a stack of layers, lowest first. Immutable.</summary>
internal sealed record FilesystemState(ImmutableArray<Layer> Layers)
{
    /// <summary>The empty file system.</summary>
    public static FilesystemState Empty { get; } = new(ImmutableArray<Layer>.Empty);

    /// <summary>The file system of an image.</summary>
    public static FilesystemState Of(Image image)
    {
        ImmutableArray<Layer>.Builder layers = ImmutableArray.CreateBuilder<Layer>(image.Layers.Length);
        Digest? chain = null;
        foreach (ImageLayer layer in image.Layers)
        {
            chain = ChainId(chain, layer.DiffId);
            layers.Add(new Layer(Linux.Snapshots.LayerId.OfImageLayer(layer.DiffId), new LayerOrigin.FromImage(layer, chain)));
        }
        return new FilesystemState(layers.ToImmutable());
    }

    /// <summary>The same with one more layer on top.</summary>
    public FilesystemState With(Layer layer) => new(Layers.Add(layer));

    /// <summary>The layers below one of them.</summary>
    public FilesystemState Below(int index) => new(Layers[..index]);

    // image-spec v1.1.1, config.md, "Layer ChainID".
    private static Digest ChainId(Digest? below, Digest diffId) =>
        below is null ? diffId : Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes($"{below} {diffId}"));
}
