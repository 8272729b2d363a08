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

    /// <summary>What steps of clients' builds may be granted.</summary>
    public Entitlements Allowed { get; init; } = Entitlements.None;

    /// <summary>Where descriptions of devices are looked for; null for the usual places.</summary>
    public System.Collections.Immutable.ImmutableArray<string>? DeviceDirectories { get; init; }

    /// <summary>The rules by which cache is removed after builds.</summary>
    public System.Collections.Immutable.ImmutableArray<Proto.Control.GCPolicy> CacheRules { get; init; } = [];

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What a build is granted of what its client asks for.</summary>
    /// <exception cref="UsageException">It asks for something unknown, or for more than the daemon allows.</exception>
    public Entitlements Grant(IEnumerable<string> asked)
    {
        Entitlements granted = EntitlementOption.Read(asked);
        if (granted.HasHostNetwork && !Allowed.HasHostNetwork)
            throw NotAllowed("network.host");
        if (granted.HasInsecure && !Allowed.HasInsecure)
            throw NotAllowed("security.insecure");
        if ((granted.HasAllDevices || !granted.Devices.IsEmpty) && !Allowed.HasAllDevices)
            throw NotAllowed("device");
        return granted;
    }

    private static UsageException NotAllowed(string name) => new($"{name} is not allowed: the daemon does not grant it; insecure-entitlements in its configuration does");
}
