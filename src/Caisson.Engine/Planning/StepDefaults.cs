using System.Collections.Immutable;
using Caisson.Engine.Devices;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Planning;

/// <summary>What a build gives every program that it runs, and what it lets them ask for.</summary>
internal sealed record StepDefaults
{
    /// <summary>What steps may do beyond what every step may.</summary>
    public Entitlements Entitlements { get; init; } = Entitlements.None;

    /// <summary>What steps see of the network that do not say.</summary>
    public SandboxNetwork Network { get; init; } = SandboxNetwork.Host;

    /// <summary>The host name; null for the usual one.</summary>
    public string? HostName { get; init; }

    /// <summary>Names in <c>/etc/hosts</c>.</summary>
    public ImmutableArray<ExtraHost> ExtraHosts { get; init; } = [];

    /// <summary>The size of <c>/dev/shm</c>; null for the usual one.</summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of resources.</summary>
    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>The devices of this machine.</summary>
    public DeviceCatalog Devices { get; init; } = DeviceCatalog.Empty;

    /// <summary>What the ids of cache mounts are looked up in; the same id in another namespace is another directory.</summary>
    public string CacheNamespace { get; init; } = "";
}
