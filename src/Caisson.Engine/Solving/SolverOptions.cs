using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Explaining;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>What is particular to one build.</summary>
internal sealed record SolverOptions
{
    /// <summary>Whether stored results are taken.</summary>
    public bool UsesCache { get; init; } = true;

    /// <summary>Whether every step is looked at, also where nothing needs it for its result.</summary>
    public bool LooksAtAll { get; init; }

    /// <summary>The steps that are done anew all the same.</summary>
    public IReadOnlySet<Digest> Fresh { get; init; } = ImmutableHashSet<Digest>.Empty;

    /// <summary>The steps that must not run: the build fails when one of them is no hit.</summary>
    public IReadOnlySet<Digest> Expected { get; init; } = ImmutableHashSet<Digest>.Empty;

    /// <summary>Says why steps are no hits; null when nobody wants to know.</summary>
    public MissReasons? Reasons { get; init; }

    /// <summary>What other machines did; null when no shared cache was given.</summary>
    public IImportedSteps? Imported { get; init; }

    /// <summary>Told of each result of a step as soon as it is there; null when nobody wants to know. Results that nobody looked at are not told.</summary>
    public Action<Node, FilesystemState>? Solved { get; init; }

    /// <summary>The build contexts by name.</summary>
    public required IReadOnlyDictionary<string, SourceTree> Contexts { get; init; }

    /// <summary>The file systems of the images that the graph names.</summary>
    public required IReadOnlyDictionary<Reference, FilesystemState> Images { get; init; }
}
