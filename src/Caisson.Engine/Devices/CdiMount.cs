using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>A file or directory of this machine that a container is to see.</summary>
internal sealed record CdiMount
{
    [JsonPropertyName("hostPath")]
    public string? HostPath { get; init; }

    [JsonPropertyName("containerPath")]
    public string? ContainerPath { get; init; }

    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("options")]
    [AllowNull]
    public string[] Options { get; init => field = value ?? []; } = [];
}
