using System.Collections.Immutable;
using Caisson.Daemon.Proto.Llb;

namespace Caisson.Daemon.Control;

/// <summary>A build: of the Dockerfile frontend, or of a graph that was given.</summary>
/// <param name="Session">The session of the client.</param>
/// <param name="Attributes">What it is told.</param>
internal sealed record FrontendRequest(string Session, FrontendAttributes Attributes)
{
    /// <summary>The graphs, when they were given and there is no Dockerfile: one, or one for each platform.</summary>
    public ImmutableArray<ClientGraph> Graphs { get; init; } = [];

    /// <summary>The build context, where it came with the request; null when it did not. Read once.</summary>
    public Stream? Body { get; init; }

    /// <summary>Results of other builds, by the names that <c>input:</c> has for them.</summary>
    public ImmutableDictionary<string, Definition> Inputs { get; init; } = ImmutableDictionary.Create<string, Definition>(StringComparer.Ordinal);

    /// <summary>Shared caches that it looks into.</summary>
    public ImmutableArray<KeyValuePair<string, ImmutableDictionary<string, string>>> CacheImports { get; init; } = [];
}
