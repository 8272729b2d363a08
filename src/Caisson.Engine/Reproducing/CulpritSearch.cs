using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Reproducing;

/// <summary>
/// Finds the steps that two builds came apart at: from the result down, through what differs. A step whose inputs differ as well may have come apart for that alone.
/// </summary>
/// <param name="layers">Compares layers.</param>
internal sealed class CulpritSearch(LayerComparison layers)
{
    private readonly Dictionary<Digest, LayerDifference> _culprits = [];
    private readonly Dictionary<Digest, Node> _heirs = [];
    private readonly HashSet<Digest> _seen = [];
    private readonly HashSet<Digest> _blamed = [];

    /// <summary>The steps that differ though nothing that they stand on does, in the order in which they were found.</summary>
    public IEnumerable<LayerDifference> Culprits => _culprits.Values;

    /// <summary>The steps that differ as something does that they stand on.</summary>
    public IEnumerable<Node> Heirs => _heirs.Values;

    /// <summary>Looks at a result and everything that it is made of.</summary>
    public async Task LookAsync(Node result, CancellationToken ct)
    {
        // What the result stands on is part of it, layer by layer.
        foreach (Node step in ChainOf(result))
        {
            if (_seen.Add(step.Digest) && await layers.CompareAsync(step, ct).ConfigureAwait(false) is { } difference)
                await BlameAsync(difference, ct).ConfigureAwait(false);
        }
    }

    private async Task BlameAsync(LayerDifference difference, CancellationToken ct)
    {
        Node step = difference.Step;
        if (!_blamed.Add(step.Digest))
        {
            // Another copy took other files of it.
            if (_culprits.TryGetValue(step.Digest, out LayerDifference? known))
                _culprits[step.Digest] = known.With(difference);
            return;
        }
        List<LayerDifference> below = [];
        if (step.Operation is Operation.Run)
            below.AddRange(await DifferencesAsync(step.Inputs[0], ct).ConfigureAwait(false));
        foreach (Node input in step.Inputs.Skip(1))
            below.AddRange(OfInterest(difference, await DifferencesAsync(input, ct).ConfigureAwait(false)));
        if (below.Count == 0)
            _culprits.TryAdd(step.Digest, difference);
        else
            _heirs.TryAdd(step.Digest, step);
        foreach (LayerDifference cause in below)
            await BlameAsync(cause, ct).ConfigureAwait(false);
    }

    private async Task<List<LayerDifference>> DifferencesAsync(Node state, CancellationToken ct)
    {
        List<LayerDifference> differences = [];
        foreach (Node step in ChainOf(state))
        {
            if (await layers.CompareAsync(step, ct).ConfigureAwait(false) is { } difference)
                differences.Add(difference);
        }
        return differences;
    }

    // Of what a copy takes from counts what it took: the content that differs in its own layer. All, when it shows in none.
    private static IEnumerable<LayerDifference> OfInterest(LayerDifference taken, List<LayerDifference> from)
    {
        if (taken.Step.Operation is not Operation.Copy)
            return from;
        HashSet<Digest?> contents = [.. taken.Entries.SelectMany(static p => (Digest?[])[p.First?.Content, p.Second?.Content]).Where(static c => c is not null)];
        LayerDifference[] having = [.. from.Select(l => l.Only(p => contents.Contains(p.First?.Content) || contents.Contains(p.Second?.Content))).Where(static l => l.Count > 0)];
        return having.Length > 0 ? having : from;
    }

    // A step and those that it changes the files of, the lowest first.
    private static Stack<Node> ChainOf(Node node)
    {
        Stack<Node> chain = new();
        for (; node.Operation.IsStep; node = node.Inputs[0])
            chain.Push(node);
        return chain;
    }
}
