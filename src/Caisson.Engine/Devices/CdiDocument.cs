using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>A file that describes devices: one kind, and the devices of it.</summary>
/// <remarks>Container Device Interface specification v1.1.0, "CDI JSON Specification". The descriptions are written by whoever administers the machine.</remarks>
internal sealed record CdiDocument
{
    [JsonPropertyName("cdiVersion")]
    public string? Version { get; init; }

    /// <summary><c>vendor.com/class</c>.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    // A missing list or map and a null one are both empty.
    [JsonPropertyName("annotations")]
    [AllowNull]
    public Dictionary<string, string> Annotations { get; init => field = value ?? []; } = [];

    [JsonPropertyName("devices")]
    [AllowNull]
    public CdiDevice[] Devices { get; init => field = value ?? []; } = [];

    /// <summary>What is done once for all devices of this file.</summary>
    [JsonPropertyName("containerEdits")]
    [AllowNull]
    public CdiEdits Edits { get; init => field = value ?? CdiEdits.None; } = CdiEdits.None;
}
