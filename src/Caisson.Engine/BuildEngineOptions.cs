using Caisson.Linux.Sandbox;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>What an engine takes from its surroundings. It looks at nothing else of them.</summary>
public sealed record BuildEngineOptions
{
    /// <summary>The directory of the store; made when it is not there.</summary>
    public required string StatePath { get; init; }

    /// <summary>Directories to look for programs in, separated by colons.</summary>
    public required string SearchPath { get; init; }

    /// <summary>A runtime's name or path, to use it and no other; null for the preferred one.</summary>
    public string? Runtime { get; init; }

    /// <summary>What this process has of what root has.</summary>
    public Ladder Ladder { get; init; } = Ladder.Top;

    /// <summary>How many threads hash and compress.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>How many programs of steps run at once.</summary>
    public int MaxRunningSteps { get; init; } = 4;

    /// <summary>How many processors programs of steps may use; null for all that this process has.</summary>
    public int? StepProcessors { get; init; }

    /// <summary>Whether the mount namespace of this process is its own: what it mounts ends with it, and nobody else sees it.</summary>
    public bool HasOwnMounts { get; init; }

    /// <summary>How large the store may be before and after a build, in bytes: what was not used for longest is removed until it is not larger. Null for no limit.</summary>
    public long? MaxSizeBytes { get; init; }

    /// <summary>How registries are spoken to.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Whether the network is not to be used: it is what registries are told, and holds for everything else too.</summary>
    public bool IsOffline => Registry.IsOffline;

    /// <summary>What git is given of the surroundings.</summary>
    public GitOptions Git { get; init; } = new();

    /// <summary>The machine's list of name servers, which steps are shown.</summary>
    public string ResolvConfPath { get; init; } = "/etc/resolv.conf";

    /// <summary>How many builds the history keeps, the newest; with 0, builds are not recorded.</summary>
    public int HistoryMaxBuilds { get; init; } = 100;

    /// <summary>How many bytes the history keeps. The newest build stays, however large it is.</summary>
    public long HistoryMaxBytes { get; init; } = 50_000_000;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
