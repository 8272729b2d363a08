using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>File systems of a graph that a client sent, laid over each other and compared.</summary>
internal sealed class LlbLayers
{
    private const int MaxLaid = 20_000;

    private int _laid;

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
        // As in BuildKit, of one that stands on the other what each step did counts: a directory that is removed and made anew is another one.
        return lower.Digest == upper.Digest ? empty
            : StepsOf(upper, lower) is { } steps ? Do(empty, steps, graph, label)
            : graph.Add(new Operation.Difference(), [empty, lower, upper], label);
    }

    // As in BuildKit, what a step removed is removed from what it is laid over too, whether or not it is there in the end. So from the first step on that
    // may remove something, each is done again to what is below; before it there is nothing to tell but files.
    private Node Lay(Node target, Node over, GraphBuilder graph, NodeLabel label)
    {
        List<Node> steps = StepsOf(over, over.Base) ?? [];
        int removing = steps.FindIndex(static s => s.Operation is Operation.Run or Operation.Output or Operation.Remove or Operation.Difference);
        Node plain = removing < 0 ? over : removing == 0 ? over.Base : steps[removing - 1];
        if (plain.Operation is not Operation.Scratch)
            target = graph.Add(new Operation.Copy { Sources = [new CopySource.Files(1, ".")], Destination = "/", IntoDirectory = true, IsLinked = true }, [target, plain], label);
        return removing < 0 ? target : Do(target, steps[removing..], graph, label);
    }

    // The steps on a node that come to another one; null when that does not stand on it.
    private static List<Node>? StepsOf(Node result, Node start)
    {
        List<Node> steps = [];
        for (; result.Digest != start.Digest; result = result.Inputs[0])
        {
            if (!result.Operation.IsStep)
                return null;
            steps.Add(result);
        }
        steps.Reverse();
        return steps;
    }

    // Merges of merges double what there is to do with each: it has a bound.
    private Node Do(Node target, List<Node> steps, GraphBuilder graph, NodeLabel label)
    {
        _laid += steps.Count;
        if (_laid > MaxLaid)
            throw new UsageException($"the definition merges and compares more than {MaxLaid} steps");
        foreach (Node step in steps)
            target = graph.Add(new Operation.Difference(), step.Operation is Operation.Difference ? [target, step.Inputs[1], step.Inputs[2]] : [target, step.Inputs[0], step], label);
        return target;
    }
}
