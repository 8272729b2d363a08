using System.Collections.Immutable;
using Caisson.Engine;

namespace Caisson.Daemon.Hosting;

/// <summary>What all builds of a daemon have, whatever their clients ask for.</summary>
public sealed record BuildDefaults
{
    /// <summary>What clients may grant to the steps of their builds.</summary>
    public Entitlements Grantable { get; init; } = Entitlements.None;

    /// <summary>Devices that steps get without being granted them: <c>vendor.example/class=name</c>, or all of a class.</summary>
    public ImmutableArray<string> AllowedDevices { get; init; } = [];

    /// <summary>Where descriptions of devices are looked for; null for the usual places.</summary>
    public ImmutableArray<string>? DeviceDirectories { get; init; }

    /// <summary>What a build is granted, with what every build is.</summary>
    internal Entitlements Complete(Entitlements granted) =>
        granted with { Devices = granted.Devices.AddRange(AllowedDevices.Select(static d => d.Contains('=', StringComparison.Ordinal) ? d : d + "=*").Where(d => !granted.Devices.ContainsKey(d)).Distinct().Select(static d => KeyValuePair.Create(d, d))) };
}
