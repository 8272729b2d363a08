using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Graph;

namespace Caisson.Daemon.Llb;

/// <summary>File systems of graphs that clients send, laid over each other and compared.</summary>
internal static class LlbLayers
{
    /// <summary>Lays each over those before it.</summary>
    public static Node Merge(MergeOp merge, Node[] inputs, GraphBuilder graph, NodeLabel label)
    {
        Node merged = merge.Inputs is [{ Input: >= 0 } first, ..] ? LlbPlanner.Files(LlbPlanner.At(inputs, first.Input), graph) : LlbPlanner.Scratch(graph);
        foreach (MergeInput next in merge.Inputs.Skip(1).Where(static i => i.Input >= 0))
            merged = Lay(merged, LlbPlanner.At(inputs, next.Input), graph, label);
        return merged;
    }

    /// <summary>What turns the lower into the upper, by itself: what is gone in the upper shows only where this is merged with something.</summary>
    public static Node Diff(DiffOp diff, Node[] inputs, GraphBuilder graph, NodeLabel label)
    {
        Node upper = diff.Upper is { Input: >= 0 } given ? LlbPlanner.At(inputs, given.Input) : LlbPlanner.Scratch(graph);
        Node lower = diff.Lower is { Input: >= 0 } from ? LlbPlanner.At(inputs, from.Input) : LlbPlanner.Scratch(graph);
        if (lower.Operation is Operation.Scratch)
            return upper;
        Node empty = LlbPlanner.Scratch(graph);
        return lower.Digest == upper.Digest ? empty : graph.Add(new Operation.Difference(), [empty, LlbPlanner.Files(lower, graph), LlbPlanner.Files(upper, graph)], label);
    }

    // As in BuildKit, what a step removed is removed from what it is laid over too, whether or not it is there in the end. So from the first step on that
    // may remove something, each is done again to what is below; before it there is nothing to tell but files.
    private static Node Lay(Node target, Node over, GraphBuilder graph, NodeLabel label)
    {
        List<Node> steps = [];
        Node source = over;
        for (; source.Operation.IsStep; source = source.Inputs[0])
            steps.Add(source);
        steps.Reverse();
        int removing = steps.FindIndex(static s => s.Operation is Operation.Run or Operation.Output or Operation.Remove or Operation.Difference);
        Node plain = removing < 0 ? over : removing == 0 ? source : steps[removing - 1];
        if (plain.Operation is not Operation.Scratch)
            target = graph.Add(new Operation.Copy { Sources = [new CopySource.Files(1, ".")], Destination = "/", IntoDirectory = true, IsLinked = true }, [target, plain], label);
        foreach (Node step in removing < 0 ? [] : steps[removing..])
            target = graph.Add(new Operation.Difference(), step.Operation is Operation.Difference ? [target, step.Inputs[1], step.Inputs[2]] : [target, step.Inputs[0], step], label);
        return target;
    }
}
