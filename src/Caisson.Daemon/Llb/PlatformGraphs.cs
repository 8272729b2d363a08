using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Llb;

/// <summary>A graph for each platform of a build.</summary>
/// <param name="graphs">The graphs, each with its platform; null for any.</param>
internal sealed class PlatformGraphs(ImmutableArray<(Platform? Platform, LlbPlanner Graph)> graphs) : IGraphPlanner
{
    /// <inheritdoc/>
    public Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct) =>
        graphs.First(g => g.Platform is null || g.Platform == sources.Platform).Graph.PlanAsync(graph, sources, ct);
}
