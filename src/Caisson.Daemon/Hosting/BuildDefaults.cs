using System.Collections.Immutable;
using Caisson.Engine;

namespace Caisson.Daemon.Hosting;

/// <summary>What all builds of a daemon have, whatever their clients ask for.</summary>
public sealed record BuildDefaults
{
    /// <summary>What clients may grant to the steps of their builds.</summary>
    public Entitlements Grantable { get; init; } = Entitlements.None;

    /// <summary>Where descriptions of devices are looked for; null for the usual places.</summary>
    public ImmutableArray<string>? DeviceDirectories { get; init; }
}
