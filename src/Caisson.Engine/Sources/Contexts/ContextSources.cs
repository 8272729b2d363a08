using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>What contexts are opened with.</summary>
/// <param name="Remote">Fetches those that are elsewhere.</param>
/// <param name="Layers">The layers on disk, what was fetched among them.</param>
/// <param name="Work">For what is being made.</param>
internal sealed record ContextSources(RemoteFiles Remote, LayerStore Layers, WorkArea Work)
{
    /// <summary>Remembers what files of local directories held; null where none are copied.</summary>
    public StatCaches? Stats { get; init; }
}
