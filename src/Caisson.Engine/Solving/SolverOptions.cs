using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>What is particular to one build.</summary>
internal sealed record SolverOptions
{
    /// <summary>Whether stored results are taken.</summary>
    public bool UsesCache { get; init; } = true;

    /// <summary>The steps that are done anew all the same.</summary>
    public IReadOnlySet<Digest> Fresh { get; init; } = ImmutableHashSet<Digest>.Empty;

    /// <summary>The build contexts by name.</summary>
    public required IReadOnlyDictionary<string, SourceTree> Contexts { get; init; }

    /// <summary>The file systems of the images that the graph names.</summary>
    public required IReadOnlyDictionary<Reference, FilesystemState> Images { get; init; }
}
