using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>
/// The keys by definition of the nodes of one build: what a node does, the keys of what it does it to, and the digests of all that it
/// takes from build contexts. Nothing runs for a key.
/// </summary>
/// <remarks>Thread-safe. Each key, and each reading of a context behind it, is worked out once. Disposed when no one asks any more.</remarks>
internal sealed class Keys(StepServices services, IReadOnlyDictionary<string, SourceTree> contexts) : IDisposable
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Digest>>> _keys = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Takings>>> _takings = new();

    /// <summary>Where keys are worked out.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Whether programs that have the usual network have none: then they are other steps, and so is all that stands on them.</summary>
    public bool WithoutNetwork { get; init; }

    /// <summary>Knows already what nodes take; null where nobody does.</summary>
    public Keys? TakesFrom { get; init; }

    /// <summary>What an operation is when it is carried out.</summary>
    public Digest OperationOf(Node node) => CanonicalEncoder.DigestOf(
        WithoutNetwork && node.Operation is Operation.Run { Network: StepNetwork.Default } run ? run with { Network = StepNetwork.None } : node.Operation,
        services.Selector.KeepsTimes);

    /// <summary>The key of a node.</summary>
    /// <exception cref="StepFailure">What a step takes from a build context, this one or one below, is not there or cannot be read.</exception>
    public Task<Digest> GetAsync(Node node, CancellationToken ct) =>
        Scheduler.Await(_keys.GetOrAdd(node.Digest, _ => new(() => Scheduler.Start(() => MakeAsync(node, ct), ct))).Value);

    /// <summary>The key of a node if it is known by now; null otherwise, and for what has none that says anything.</summary>
    public Digest? TryGet(Node node) =>
        node.Operation.IsStep && _keys.TryGetValue(node.Digest, out Lazy<Task<Digest>>? key) && key.Value.IsCompletedSuccessfully ? key.Value.Result : null;

    /// <summary>What a node takes, when that is known before anything runs (<see cref="Takings.IsKnownAtOnce"/>).</summary>
    /// <exception cref="StepFailure">What the step takes from a build context is not there or cannot be read.</exception>
    public Task<Takings> TakeAsync(Node node, CancellationToken ct) => TakesFrom?.TakeAsync(node, ct) ?? _takings.GetOrAdd(node.Digest, _ => new(() => TakeOnceAsync(node, ct))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Task<Takings> takings in _takings.Values.Select(static t => t.Value).Where(static t => t.IsCompletedSuccessfully))
            takings.Result.Dispose();
    }

    private async Task<Digest> MakeAsync(Node node, CancellationToken ct)
    {
        using CanonicalEncoder encoder = new("definition");
        encoder.Add(OperationOf(node));
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
        try
        {
            switch (node.Operation)
            {
                case Operation.Copy copy:
                    return new Takings([await new CopyStep(services).SelectAsync(copy, inputs!, ct).ConfigureAwait(false)]); // sources are contexts: not null
                case Operation.Run run:
                    return await TakeMountsAsync(run, inputs, ct).ConfigureAwait(false);
                default:
                    return Takings.None;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new StepFailure(node, e);
        }
    }

    private async Task<Takings> TakeMountsAsync(Operation.Run run, ImmutableArray<StepInput?> inputs, CancellationToken ct)
    {
        ImmutableArray<Selection?>.Builder parts = ImmutableArray.CreateBuilder<Selection?>(run.Mounts.Length);
        try
        {
            for (int i = 0; i < run.Mounts.Length; i++)
                parts.Add(await TakeMountAsync(run.Mounts[i], i, inputs, ct).ConfigureAwait(false));
            return new Takings(parts.ToImmutable());
        }
        catch
        {
            new Takings(parts.ToImmutable()).Dispose();
            throw;
        }
    }

    private async Task<Selection?> TakeMountAsync(StepMount mount, int index, ImmutableArray<StepInput?> inputs, CancellationToken ct)
    {
        (int? input, string source) = mount switch
        {
            StepMount.Bind bind => (bind.Input, bind.Source),
            StepMount.Cache cache => (cache.Input, cache.Source),
            _ => (null, ""),
        };
        if (input is not { } number || inputs[number] is not StepInput.Context { Files: var context })
            return null;
        SelectedItem item = await services.Selector.SelectAsync(context, source, filter: null, takesLink: false, ct).ConfigureAwait(false)
            ?? throw MissingSource.Explain(context.Tree, source, index);
        return Selection.Of([item]);
    }

    private StepInput? ContextOf(Node input) => input.Operation is Operation.Context context ? new StepInput.Context(contexts[context.Name]) : null;
}
