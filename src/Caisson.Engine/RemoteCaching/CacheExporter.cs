using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>Brings steps of a build to one shared cache. Layers are sent as soon as they are there, while the build goes on; the document at its end.</summary>
/// <remarks>Thread-safe. Disposed when nothing is to be sent any more; what is being sent is given up then.</remarks>
/// <param name="store">The cache.</param>
/// <param name="forms">Makes the forms of layers.</param>
/// <param name="form">How layers become blobs.</param>
/// <param name="parallelism">How many are worked on at once.</param>
internal sealed class CacheExporter(ICacheStore store, LayerForms forms, BlobForm form, int parallelism) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<LayerId, Lazy<Task<RemoteLayer>>> _layers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Slots _slots = new(parallelism);

    /// <summary>The cache.</summary>
    public ICacheStore Store => store;

    /// <summary>Begins to bring the uppermost layer of a file system there.</summary>
    public void Begin(FilesystemState state) => _ = ShareAsync(state, state.Layers.Length - 1);

    /// <summary>Brings those layers there that come from other caches.</summary>
    /// <exception cref="LostLayerException">One of them does not have it after all. Other failures show when all is completed.</exception>
    public async Task HandOnAsync(ImmutableArray<SolvedStep> steps, CancellationToken ct)
    {
        foreach ((FilesystemState state, int index) in SharedLayers(steps.SelectMany(static s => s.Outputs.Prepend(s.Result))))
        {
            if (forms.Remote.Find(state.Layers[index].Id) is null)
                continue;
            Task<RemoteLayer> sharing = ShareAsync(state, index);
            await ((Task)sharing).WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
            if (sharing.Exception is { } failure && LostLayerException.In(failure.InnerException ?? failure) is { } lost)
                throw lost;
        }
    }

    /// <summary>Brings everything there that is missing, and the document.</summary>
    /// <param name="steps">The steps that others can take.</param>
    /// <param name="mounts">The cache mounts that go with them.</param>
    /// <param name="ct">Gives up.</param>
    public async Task CompleteAsync(ImmutableArray<SolvedStep> steps, ImmutableArray<SharedMount> mounts, CancellationToken ct)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        List<SharedLayer> layers = [];
        foreach ((FilesystemState state, int index) in SharedLayers(steps.SelectMany(static s => s.Outputs.Prepend(s.Result))))
        {
            RemoteLayer layer = await ShareAsync(state, index).WaitAsync(ct).ConfigureAwait(false);
            places.Add(state.Layers[index].Id.Value, layers.Count);
            layers.Add(new SharedLayer(layer.Blob.Blob with { Annotations = null }, layer.Blob.DiffId, layer.Form, layer.Content, layer.Times.Bytes));
        }
        CacheDocument document = new() { Layers = [.. layers], Steps = [.. steps.Select(s => ToShared(s, places)).OfType<SharedStep>()], Mounts = mounts };
        await store.WriteAsync(document, ct).ConfigureAwait(false);
    }

    /// <summary>The layers of what steps came to that are not of images, each once, lowest first; with a file system that each is part of.</summary>
    public static IEnumerable<(FilesystemState State, int Index)> SharedLayers(IEnumerable<FilesystemState> results)
    {
        HashSet<LayerId> seen = [];
        foreach (FilesystemState result in results)
        {
            for (int i = 0; i < result.Layers.Length; i++)
            {
                if (result.Layers[i].Origin is not LayerOrigin.FromImage && seen.Add(result.Layers[i].Id))
                    yield return (result, i);
            }
        }
    }

    /// <summary>A step as it stands in a document.</summary>
    /// <param name="step">The step.</param>
    /// <param name="places">The places of layers in the document, by their names.</param>
    /// <returns>Null when not all that it made travels.</returns>
    public static SharedStep? ToShared(SolvedStep step, Dictionary<string, int> places) => !step.Record.Made.All(places.ContainsKey) ? null : new(step.Key, step.Operation, places[step.Record.Layer])
    {
        Inputs = [.. step.Record.Inputs.Select(input => ToShared(input, places))],
        Taken = [.. step.Record.Taken.Select(static t => t is null ? null : Digest.Parse(t))],
        Outputs = [.. step.Record.Outputs.Select(l => places[l])],
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (Lazy<Task<RemoteLayer>> layer in _layers.Values)
            await layer.Value.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        _stop.Dispose();
    }

    private Task<RemoteLayer> ShareAsync(FilesystemState state, int index) =>
        _layers.GetOrAdd(state.Layers[index].Id, _ => new(() => Task.Run(() => ShareOnceAsync(state, index, _stop.Token)))).Value;

    private async Task<RemoteLayer> ShareOnceAsync(FilesystemState state, int index, CancellationToken ct)
    {
        using IDisposable slot = await _slots.TakeAsync(ct).ConfigureAwait(false);
        RemoteLayer layer = await forms.ShareAsync(state, index, form, ct).ConfigureAwait(false);
        await store.WriteBlobAsync(layer.Blob.Blob, layer.Blob.Source, ct).ConfigureAwait(false);
        return layer;
    }

    // An input that has a layer which does not travel is none that others could find again.
    private static SharedState? ToShared(StateRecord? state, Dictionary<string, int> places) =>
        state is null || state.Layers.Any(l => !places.ContainsKey(l)) ? null : new SharedState(state.Image is null ? null : Digest.Parse(state.Image), [.. state.Layers.Select(l => places[l])]);
}
