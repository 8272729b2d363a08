using System.Collections.Immutable;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Proto.Policy;

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

    /// <summary>Graphs that were sent along, by name: results of other builds that <c>input:</c> names, the build context, what the Dockerfile is in.</summary>
    public ImmutableDictionary<string, Definition> Inputs { get; init; } = ImmutableDictionary.Create<string, Definition>(StringComparer.Ordinal);

    /// <summary>Rules about sources, besides those of the client's whole build.</summary>
    public ImmutableArray<Policy> Policies { get; init; } = [];

    /// <summary>Shared caches that it looks into.</summary>
    public ImmutableArray<KeyValuePair<string, ImmutableDictionary<string, string>>> CacheImports { get; init; } = [];
}
