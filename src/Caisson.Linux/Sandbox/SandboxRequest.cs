using System.Collections.Immutable;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>A program to run in a container.</summary>
public sealed record SandboxRequest
{
    /// <summary>A name that no other running container has: letters, digits and <c>-</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The container's root directory, a path in the build's mount namespace.</summary>
    public required string RootPath { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>Its environment, <c>NAME=value</c>.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>The directory it starts in; must exist.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Who it runs as.</summary>
    public SandboxUser User { get; init; } = SandboxUser.Root;

    /// <summary>The processor that it is made for, as GOARCH; null for the machine's own.</summary>
    public string? Architecture { get; init; }

    /// <summary>The host name it sees.</summary>
    public string HostName { get; init; } = "caisson";

    /// <summary>What it sees of the network.</summary>
    public SandboxNetwork Network { get; init; } = SandboxNetwork.None;

    /// <summary>The path of the network namespace that the container is put into; with <see cref="SandboxNetwork.Gateway"/>, and only then.</summary>
    public string? NetworkPath { get; init; }

    /// <summary>How far it is kept from the machine.</summary>
    public SandboxSecurity Security { get; init; }

    /// <summary>The size of <c>/dev/shm</c>; 64 MiB when it is not said.</summary>
    public long SharedMemoryBytes { get; init; } = 64 << 20;

    /// <summary>Limits of its resources. The limit of open files that every container has gives way to one of these.</summary>
    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Programs of this machine that the runtime starts along the way.</summary>
    public ImmutableArray<SandboxHook> Hooks { get; init; } = [];

    /// <summary>The size of the terminal that the program gets for itself, which is shown on this process's: the two share their streams then, and these are a terminal. Null for none.</summary>
    public TerminalWindow? Terminal { get; init; }

    /// <summary>The signal that the program gets when this process is told to end (SIGTERM); used when the two share their streams.</summary>
    public int StopSignal { get; init; } = 15;

    /// <summary>What is mounted besides what every container has, in this order.</summary>
    public ImmutableArray<SandboxMount> Mounts { get; init; } = [];
}
