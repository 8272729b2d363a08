using Caisson.Engine.Graph;

namespace Caisson.Engine;

/// <summary>Gives a build its graph, when that comes from no Dockerfile.</summary>
public interface IGraphPlanner
{
    /// <summary>Makes the graph for one platform of the build. Called for each of them, one after the other.</summary>
    /// <param name="graph">Makes its nodes.</param>
    /// <param name="sources">Finds what it begins with.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It cannot be made.</exception>
    Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct);
}
