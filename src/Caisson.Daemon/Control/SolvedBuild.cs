using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.Exporting;

namespace Caisson.Daemon.Control;

/// <summary>What came of a client's build.</summary>
/// <param name="Result">What the engine says.</param>
internal sealed record SolvedBuild(BuildResult Result)
{
    /// <summary>What is said of how it was built: the type of the predicate, and it; null when nothing is.</summary>
    public (string Type, byte[] Json)? Predicate { get; init; }

    /// <summary>What of it went to the store.</summary>
    public ImmutableArray<Export.Store> Stored { get; init; } = [];

    /// <summary>What the client is told.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Response { get; init; } = [];
}
