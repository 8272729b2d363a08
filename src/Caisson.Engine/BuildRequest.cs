using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>One build: what is built, and where the result goes.</summary>
public sealed record BuildRequest
{
    /// <summary>The files that may be copied from.</summary>
    public required BuildContext Context { get; init; }

    /// <summary>What <c>-</c> stands for, as build context or as Dockerfile; read once, not disposed. Null where there is nothing to read.</summary>
    public Stream? StandardInput { get; init; }

    /// <summary>
    /// The Dockerfile: a path (relative to the working directory; within the context, when that is no local directory), the address of a file in the web, or
    /// <c>-</c> for standard input. Null for the file <c>Dockerfile</c> of the context.
    /// </summary>
    public string? DockerfilePath { get; init; }

    /// <summary>The stage to build; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>Build arguments by name.</summary>
    public ImmutableDictionary<string, string> Arguments { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Named contexts by name: a directory, <c>docker-image://reference</c>, <c>oci-layout://path[:tag|@digest]</c>, the address of a git repository, or that of a
    /// file in the web.
    /// </summary>
    public ImmutableDictionary<string, string> NamedContexts { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets by id: what steps mount, and what remote sources are asked with. They are no part of any key, layer, log or history.</summary>
    public ImmutableDictionary<string, SecretSource> Secrets { get; init; } = ImmutableDictionary.Create<string, SecretSource>(StringComparer.Ordinal);

    /// <summary>SSH agents by id: what steps mount, and what remote sources are asked with.</summary>
    public ImmutableDictionary<string, SshAgentSource> SshAgents { get; init; } = ImmutableDictionary.Create<string, SshAgentSource>(StringComparer.Ordinal);

    /// <summary>The platform to build for; null for that of this machine.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether results of earlier builds are taken.</summary>
    public bool UsesCache { get; init; } = true;

    /// <summary>Whether registries are asked for base images even when they are here.</summary>
    public bool AlwaysPulls { get; init; }

    /// <summary>The time that the image carries, in seconds since 1970; null to take it from the context's newest git commit, else 0.</summary>
    /// <remarks>The build argument SOURCE_DATE_EPOCH goes first.</remarks>
    public string? SourceDateEpoch { get; init; }

    /// <summary>Whether files keep times later than that of the image.</summary>
    public bool KeepsTimestamps { get; init; }

    /// <summary>Where the result goes; nowhere when empty: it stays in the cache.</summary>
    public ImmutableArray<Export> Exports { get; init; } = [];
}
