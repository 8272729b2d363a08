using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>What graphs take from other builds: their results, each as an image of a layout on this machine (<see cref="IGraphSources.LayoutAsync"/>).</summary>
internal interface ILlbResults
{
    /// <summary>The location of the result of a build.</summary>
    /// <param name="name">Its name, as sources have it behind their scheme.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="UsageException">There is none of this name.</exception>
    /// <exception cref="BuildException">It could not be built.</exception>
    Task<string> FindAsync(string name, CancellationToken ct);

    /// <summary>The location of the result of a graph that stands in a file.</summary>
    /// <param name="graph">The graph whose result holds the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="UsageException">What stands there is no graph, or the build has had too many.</exception>
    /// <exception cref="BuildException">One of the two could not be built.</exception>
    Task<string> BuildAsync(Definition graph, string path, CancellationToken ct);
}
