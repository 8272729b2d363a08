using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>What a build lets its steps do beyond what every step may. A Dockerfile that asks for more is refused.</summary>
public sealed record Entitlements
{
    /// <summary>Nothing.</summary>
    public static Entitlements None { get; } = new();

    /// <summary>Whether <c>RUN --network=host</c> is granted: <c>network.host</c>.</summary>
    public bool HasHostNetwork { get; init; }

    /// <summary>Whether <c>RUN --security=insecure</c> is granted: <c>security.insecure</c>.</summary>
    public bool HasInsecure { get; init; }

    /// <summary>Whether every device of <c>RUN --device</c> is granted: <c>device</c>.</summary>
    public bool HasAllDevices { get; init; }

    /// <summary>The devices that are granted, by the name that the Dockerfile uses: <c>device=NAME[,alias=USED]</c>. The value is the device's own name.</summary>
    public ImmutableDictionary<string, string> Devices { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);
}
