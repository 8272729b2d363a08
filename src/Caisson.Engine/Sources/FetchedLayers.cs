using System.Text;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>The layers of what was fetched.</summary>
/// <param name="layers">The layers on disk.</param>
/// <param name="seal">
/// The bundle that they came with; null when they were fetched. Whoever made it says what they are, and nobody has compared that with what they are pinned to: they stand for nothing else.
/// </param>
internal sealed class FetchedLayers(LayerStore layers, Digest? seal = null)
{
    /// <summary>The layer of what was pinned so, if it is in the store.</summary>
    public Layer? Find(Operation.Fetched pinned) => layers.FindDirectory(IdOf(pinned)) is null ? null : LayerOf(pinned);

    /// <summary>Gives a layer its directory. When it has one already, that one stays.</summary>
    /// <param name="pinned">What it holds.</param>
    /// <param name="directory">The finished directory, on the store's file system; gone afterwards.</param>
    public Layer Publish(Operation.Fetched pinned, string directory)
    {
        layers.PublishDirectory(IdOf(pinned), directory);
        return LayerOf(pinned);
    }

    private Layer LayerOf(Operation.Fetched pinned) => new(IdOf(pinned), new LayerOrigin.Written());

    /// <summary>The name of the layer of what was pinned so.</summary>
    public LayerId IdOf(Operation.Fetched pinned)
    {
        Digest name = CanonicalEncoder.DigestOf(pinned, []);
        return LayerId.OfFetched(seal is null ? name : Digest.OfBytes(Encoding.UTF8.GetBytes($"{name} {seal}")));
    }
}
