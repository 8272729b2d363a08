using System.Collections.Concurrent;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>The layers of the shared caches that builds have opened. What is read of one is kept in the image store.</summary>
/// <remarks>Thread-safe. Steps may take such a layer as one of the store; should it turn out not to be there after all, it is forgotten (<see cref="Lose"/>), and the step is done.</remarks>
/// <param name="layout">The image store.</param>
internal sealed class RemoteLayers(OciLayout layout)
{
    private readonly ConcurrentDictionary<LayerId, RemoteLayer> _layers = new();

    // By blob: once it was not to be had from a cache, it is not asked of that one again.
    private readonly ConcurrentDictionary<(Digest Blob, string From), bool> _lost = new();

    // Most builds have no shared cache.
    private volatile bool _hasAny;

    /// <summary>A layer of a cache; null when none has it.</summary>
    public RemoteLayer? Find(LayerId id) => _hasAny ? _layers.GetValueOrDefault(id) : null;

    /// <summary>Adds a layer. Of several caches that have it, the first counts.</summary>
    public void Add(RemoteLayer layer)
    {
        _hasAny = true;
        if (!_lost.ContainsKey((layer.Blob.Blob.Digest, layer.From)))
            _layers.TryAdd(layer.Id, layer with { Blob = layer.Blob with { Source = layout.BackedBy(new RemoteBlobs(layer)) } });
    }

    /// <summary>Forgets the layers of a blob that a cache does not have, or has not as it should be.</summary>
    public void Lose(LostLayerException lost)
    {
        _lost[(lost.Blob, lost.From)] = true;
        foreach ((LayerId id, RemoteLayer layer) in _layers)
        {
            if (layer.Blob.Blob.Digest == lost.Blob && layer.From == lost.From)
                _layers.TryRemove(id, out _);
        }
    }

    // What goes wrong on the way from a cache is about that cache.
    private sealed class RemoteBlobs(RemoteLayer layer) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) =>
            LostLayerException.ExplainAsync<Stream>(layer, async () => new RemoteStream(new VerifyingStream(await layer.Blob.Source.OpenBlobAsync(blob, ct).ConfigureAwait(false), blob), layer));
    }
}
