using System.Collections.Immutable;
using Caisson.Engine.Explaining;
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

    /// <summary>The steps that must not run: the build fails when one of them is no hit.</summary>
    public IReadOnlySet<Digest> Expected { get; init; } = ImmutableHashSet<Digest>.Empty;

    /// <summary>Says why steps are no hits; null when nobody wants to know.</summary>
    public MissReasons? Reasons { get; init; }

    /// <summary>The build contexts by name.</summary>
    public required IReadOnlyDictionary<string, SourceTree> Contexts { get; init; }

    /// <summary>The file systems of the images that the graph names.</summary>
    public required IReadOnlyDictionary<Reference, FilesystemState> Images { get; init; }
}
