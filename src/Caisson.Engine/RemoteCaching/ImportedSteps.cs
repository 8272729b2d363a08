using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The steps of the shared caches of a build, in names of this store.</summary>
/// <remarks>Filled before the build looks for anything; from then on thread-safe.</remarks>
internal sealed class ImportedSteps : IImportedSteps
{
    // As with records of the store: more are seldom worth the comparison.
    private const int MaxCandidates = 8;

    private readonly Dictionary<Digest, List<ImportedStep>> _byKey = [];
    private readonly Dictionary<Digest, List<ImportedStep>> _byOperation = [];

    /// <summary>Adds what a cache says, and its layers to those that steps may take.</summary>
    /// <param name="document">What it says.</param>
    /// <param name="blobs">Where its blobs can be read.</param>
    /// <param name="from">The cache, as people read it.</param>
    /// <param name="remote">Takes the layers.</param>
    public void Add(CacheDocument document, IBlobSource blobs, string from, RemoteLayers remote)
    {
        string[] names = new string[document.Layers.Length];
        for (int i = 0; i < names.Length; i++)
        {
            SharedLayer layer = document.Layers[i];
            // A document alone has the blobs of all its layers; in an image they were put in when it was read.
            RemoteLayer known = new(new ImageLayer(layer.Blob!, layer.DiffId, blobs), layer.Form, layer.Content, LayerTimes.Read(layer.Times.ToArray()), from);
            remote.Add(known);
            names[i] = known.Id.Value;
        }
        foreach (SharedStep step in document.Steps)
        {
            StepRecord record = new()
            {
                Inputs = [.. step.Inputs.Select(input => input is null ? null : new StateRecord { Image = input.Image?.Value, Layers = [.. input.Layers.Select(l => names[l])] })],
                Taken = [.. step.Taken.Select(static t => t?.Value)],
                Layer = names[step.Layer],
                Outputs = [.. step.Outputs.Select(l => names[l])],
            };
            ImportedStep imported = new(record, from);
            Put(_byKey, step.Key, imported);
            Put(_byOperation, step.Operation, imported);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<ImportedStep> Find(Digest key) => _byKey.GetValueOrDefault(key) ?? [];

    /// <inheritdoc/>
    public IEnumerable<ImportedStep> Candidates(Digest operation) => (_byOperation.GetValueOrDefault(operation) ?? []).Take(MaxCandidates);

    private static void Put(Dictionary<Digest, List<ImportedStep>> to, Digest key, ImportedStep step)
    {
        if (!to.TryGetValue(key, out List<ImportedStep>? steps))
            to.Add(key, steps = []);
        steps.Add(step);
    }
}
