using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>
/// The keys by definition of the nodes of one build: what a node does, the keys of what it does it to, and the digests of all that it
/// takes from build contexts. Nothing runs for a key.
/// </summary>
/// <remarks>Thread-safe. Each key, and each reading of a context behind it, is worked out once.</remarks>
internal sealed class Keys(StepServices services, IReadOnlyDictionary<string, SourceTree> contexts)
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Digest>>> _keys = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Takings>>> _takings = new();

    /// <summary>The key of a node.</summary>
    /// <exception cref="StepException">What a step takes from a build context is not there.</exception>
    public Task<Digest> GetAsync(Node node, CancellationToken ct) => _keys.GetOrAdd(node.Digest, _ => new(() => MakeAsync(node, ct))).Value;

    /// <summary>What a node takes, when that is known before anything runs (<see cref="Takings.IsKnownAtOnce"/>).</summary>
    /// <exception cref="StepException">What a step takes from a build context is not there.</exception>
    public Task<Takings> TakeAsync(Node node, CancellationToken ct) => _takings.GetOrAdd(node.Digest, _ => new(() => TakeOnceAsync(node, ct))).Value;

    private async Task<Digest> MakeAsync(Node node, CancellationToken ct)
    {
        using CanonicalEncoder encoder = new("definition");
        encoder.Add(CanonicalEncoder.DigestOf(node.Operation));
        Task<Digest>[] inputs = [.. node.Inputs.Where(static i => i.Operation is not Operation.Context).Select(i => GetAsync(i, ct))];
        foreach (Digest input in await Task.WhenAll(inputs).ConfigureAwait(false))
            encoder.Add(input);
        if (Takings.IsKnownAtOnce(node))
        {
            foreach (Digest? taken in (await TakeAsync(node, ct).ConfigureAwait(false)).Digests)
                encoder.Add(taken?.Value);
        }
        else if (node.Operation is Operation.Copy copy)
        {
            // From the file system of another step: its key and the words of the copy say it all.
            foreach (CopySource source in copy.Sources)
                encoder.Add(source);
        }
        return encoder.Complete();
    }

    private async Task<Takings> TakeOnceAsync(Node node, CancellationToken ct)
    {
        ImmutableArray<StepInput?> inputs = [.. node.Inputs.Select(ContextOf)];
        switch (node.Operation)
        {
            case Operation.Copy copy:
                Selection selection = await new CopyStep(services).SelectAsync(copy, inputs!, ct).ConfigureAwait(false); // sources are contexts: not null
                return new Takings(selection, [selection.Content]);
            case Operation.Run run:
                Task<Digest?>[] mounts = [.. run.Mounts.Select((mount, i) => TakeMountAsync(mount, i, inputs, ct))];
                return new Takings(null, [.. await Task.WhenAll(mounts).ConfigureAwait(false)]);
            default:
                return Takings.None;
        }
    }

    private async Task<Digest?> TakeMountAsync(StepMount mount, int index, ImmutableArray<StepInput?> inputs, CancellationToken ct)
    {
        if (mount is not StepMount.Bind bind || inputs[bind.Input] is not StepInput.Context { Files: var context })
            return null;
        SelectedItem item = await services.Selector.SelectAsync(context, bind.Source, ct).ConfigureAwait(false)
            ?? throw MissingSource.Explain(context.Tree, bind.Source, index);
        using Selection selection = Selection.Of([item]);
        return selection.Content;
    }

    private StepInput? ContextOf(Node input) => input.Operation is Operation.Context context ? new StepInput.Context(contexts[context.Name]) : null;
}
