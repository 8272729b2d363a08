using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>A device in a file of descriptions.</summary>
internal sealed record CdiDevice
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("annotations")]
    [AllowNull]
    public Dictionary<string, string> Annotations { get; init => field = value ?? []; } = [];

    /// <summary>What is done to a container that is to have it.</summary>
    [JsonPropertyName("containerEdits")]
    [AllowNull]
    public CdiEdits Edits { get; init => field = value ?? CdiEdits.None; } = CdiEdits.None;
}
