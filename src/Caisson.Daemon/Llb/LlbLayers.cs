using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Llb;

/// <summary>File systems of a graph that a client sent, laid over each other and compared.</summary>
internal sealed class LlbLayers
{
    private const int MaxLaid = 20_000;

    private readonly HashSet<Digest> _results = [];
    private int _laid;

    /// <summary>Takes note of what a vertex came to: what was done before it and what after are told apart there.</summary>
    public void Note(Node result) => _results.Add(result.Digest);

    /// <summary>Lays each over those before it.</summary>
    /// <exception cref="UsageException">There is too much to lay.</exception>
    public Node Merge(MergeOp merge, Node[] inputs, GraphBuilder graph, NodeLabel label)
    {
        Node merged = LlbPlanner.Files(LlbPlanner.AtOrScratch(inputs, merge.Inputs[0].Input, graph), graph);
        foreach (MergeInput next in merge.Inputs.Skip(1))
            merged = Lay(merged, LlbPlanner.AtOrScratch(inputs, next.Input, graph), graph, label);
        return merged;
    }

    /// <summary>What turns the lower into the upper, by itself: what is gone in the upper shows only where this is merged with something.</summary>
    /// <exception cref="UsageException">There is too much to compare.</exception>
    public Node Diff(DiffOp diff, Node[] inputs, GraphBuilder graph, NodeLabel label)
    {
        Node upper = LlbPlanner.AtOrScratch(inputs, diff.Upper.Input, graph);
        Node lower = LlbPlanner.AtOrScratch(inputs, diff.Lower.Input, graph);
        if (lower.Operation is Operation.Scratch)
            return upper;
        Node empty = LlbPlanner.Scratch(graph);
        lower = LlbPlanner.Files(lower, graph);
        upper = LlbPlanner.Files(upper, graph);
        // As in BuildKit, of one that stands on the other what each vertex did counts: a directory that one removed and another made anew is another one.
        return lower.Digest == upper.Digest ? empty
            : ChangesOf(upper, lower) is { } changes ? Do(empty, changes, graph, label)
            : graph.Add(new Operation.Difference(), [empty, lower, upper], label);
    }

    // As in BuildKit, what a vertex removed is removed from what it is laid over too, whether or not it is there in the end. So from the first one on that
    // may remove something, what each did is done again to what is below; before it there is nothing to tell but files.
    private Node Lay(Node target, Node over, GraphBuilder graph, NodeLabel label)
    {
        List<Change> changes = ChangesOf(over, over.Base) ?? [];
        int removing = changes.FindIndex(static c => c.MayRemove);
        Node plain = removing < 0 ? over : removing == 0 ? over.Base : changes[removing - 1].After;
        if (plain.Operation is not Operation.Scratch)
            target = graph.Add(new Operation.Copy { Sources = [new CopySource.Files(1, ".")], Destination = "/", IntoDirectory = true, IsLinked = true }, [target, plain], label);
        return removing < 0 ? target : Do(target, changes[removing..], graph, label);
    }

    // What the vertexes did that come from a node to another one; null when that does not stand on it.
    private List<Change>? ChangesOf(Node result, Node start)
    {
        List<Change> changes = [];
        bool mayRemove = false;
        Node after = result;
        for (Node node = result; node.Digest != start.Digest; node = node.Inputs[0])
        {
            if (!node.Operation.IsStep)
                return null;
            mayRemove |= node.Operation is Operation.Run or Operation.Output or Operation.Remove or Operation.Difference;
            Node before = node.Inputs[0];
            bool isWhole = node.Operation is Operation.Difference || before.Operation is Operation.Difference || before.Digest == start.Digest || _results.Contains(before.Digest);
            if (!isWhole)
                continue;
            changes.Add(node.Operation is Operation.Difference ? new Change(node.Inputs[1], node.Inputs[2], mayRemove) : new Change(before, after, mayRemove));
            (after, mayRemove) = (before, false);
        }
        changes.Reverse();
        return changes;
    }

    // Merges of merges double what there is to do with each: it has a bound.
    private Node Do(Node target, List<Change> changes, GraphBuilder graph, NodeLabel label)
    {
        _laid += changes.Count;
        if (_laid > MaxLaid)
            throw new UsageException($"the definition merges and compares more than {MaxLaid} vertexes");
        foreach (Change change in changes)
            target = graph.Add(new Operation.Difference(), [target, change.Before, change.After], label);
        return target;
    }

    // What one vertex did to what was before.
    private sealed record Change(Node Before, Node After, bool MayRemove);
}
