using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.Json;

namespace Caisson.Engine.Devices;

/// <summary>What is done to a container that is to have a device.</summary>
internal sealed record CdiEdits
{
    /// <summary>Nothing.</summary>
    public static CdiEdits None { get; } = new();

    [JsonPropertyName("env")]
    [AllowNull]
    public string[] Environment { get; init => field = value ?? []; } = [];

    [JsonPropertyName("deviceNodes")]
    [AllowNull]
    public CdiDeviceNode[] DeviceNodes { get; init => field = value ?? []; } = [];

    [JsonPropertyName("mounts")]
    [AllowNull]
    public CdiMount[] Mounts { get; init => field = value ?? []; } = [];

    [JsonPropertyName("hooks")]
    [AllowNull]
    public CdiHook[] Hooks { get; init => field = value ?? []; } = [];

    [JsonPropertyName("additionalGids")]
    [AllowNull]
    public uint[] AdditionalGids { get; init => field = value ?? []; } = [];

    /// <summary>Not done here.</summary>
    [JsonPropertyName("netDevices")]
    [AllowNull]
    public JsonElement[] NetDevices { get; init => field = value ?? []; } = [];

    /// <summary>Not done here.</summary>
    [JsonPropertyName("intelRdt")]
    public JsonElement? IntelRdt { get; init; }

    /// <summary>These, and others after them; of what is done here.</summary>
    public CdiEdits With(CdiEdits others) => new()
    {
        Environment = [.. Environment, .. others.Environment],
        DeviceNodes = [.. DeviceNodes, .. others.DeviceNodes],
        Mounts = [.. Mounts, .. others.Mounts],
        Hooks = [.. Hooks, .. others.Hooks],
        AdditionalGids = [.. AdditionalGids, .. others.AdditionalGids],
    };
}
