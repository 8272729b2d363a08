using System.Collections.Immutable;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Control;

/// <summary>What the daemon is, and what it lets clients do.</summary>
/// <param name="StatePath">Where its store is.</param>
/// <param name="Version">The version of Caisson.</param>
/// <param name="HostName">The name of this machine.</param>
internal sealed record DaemonFacts(string StatePath, string Version, string HostName)
{
    /// <summary>Names the daemon: the same for the same store on the same machine.</summary>
    public string Id => Oci.Model.Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes($"{HostName}:{StatePath}")).Hex[..24];

    /// <summary>What all builds have.</summary>
    public BuildDefaults Builds { get; init; } = new();

    /// <summary>What clients are told besides.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The rules by which cache is removed after builds.</summary>
    public ImmutableArray<Proto.Control.GCPolicy> CacheRules { get; init; } = [];

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What a build is granted of what its client asks for.</summary>
    /// <exception cref="UsageException">It asks for something unknown, or for more than the daemon allows.</exception>
    public Entitlements Grant(IEnumerable<string> asked)
    {
        Entitlements granted = EntitlementOption.Read(asked);
        if (granted.HasHostNetwork && !Builds.Grantable.HasHostNetwork)
            throw NotAllowed("network.host");
        if (granted.HasInsecure && !Builds.Grantable.HasInsecure)
            throw NotAllowed("security.insecure");
        if ((granted.HasAllDevices || !granted.Devices.IsEmpty) && !Builds.Grantable.HasAllDevices)
            throw NotAllowed("device");
        return Builds.Complete(granted);
    }

    private static UsageException NotAllowed(string name) => new($"{name} is not allowed: the daemon does not grant it; insecure-entitlements in its configuration does");
}
