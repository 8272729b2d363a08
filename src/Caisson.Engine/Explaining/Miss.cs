using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Explaining;

/// <summary>A step for which no stored result was taken.</summary>
/// <param name="Node">The step.</param>
/// <param name="Key">Its key by definition.</param>
/// <param name="Now">What it is done with. The layer is empty as long as that is not made.</param>
internal sealed record Miss(Node Node, Digest Key, StepRecord Now)
{
    /// <summary>What was stored under its key before it was done; null when there was nothing.</summary>
    public StepRecord? Stored { get; init; }

    /// <summary>What the build was told that keeps it from taking anything; null when it was told nothing of the kind.</summary>
    public string? Forced { get; init; }

    /// <summary>The steps whose layers the step was done on, the lowest first.</summary>
    public ImmutableArray<Node> Below
    {
        get
        {
            List<Node> below = [];
            for (Node node = Node.Inputs[0]; ; node = node.Inputs[0])
            {
                if (node.Operation.IsStep || node.Operation is Operation.Fetched)
                    below.Add(node);
                if (!node.Operation.IsStep)
                    break;
            }
            below.Reverse();
            return [.. below];
        }
    }
}
