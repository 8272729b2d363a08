using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A graph that was made elsewhere.</summary>
/// <param name="Result">The node whose files are the result.</param>
public sealed record PlannedGraph(Node Result)
{
    /// <summary>The configuration of the image, but for its layers; null for one that says nothing.</summary>
    public ImageConfig? Config { get; init; }

    /// <summary>The steps that are to be done anew, whatever the cache holds.</summary>
    public ImmutableHashSet<Digest> Fresh { get; init; } = [];
}
