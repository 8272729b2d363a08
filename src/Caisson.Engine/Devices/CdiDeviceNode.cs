using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>A device file that a container is to have.</summary>
internal sealed record CdiDeviceNode
{
    /// <summary>Where, in the container.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    /// <summary>Where it is on this machine; the same path when left out.</summary>
    [JsonPropertyName("hostPath")]
    public string? HostPath { get; init; }

    /// <summary><c>c</c>, <c>b</c>, <c>u</c> or <c>p</c>; that of the machine's when left out.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("major")]
    public uint Major { get; init; }

    [JsonPropertyName("minor")]
    public uint Minor { get; init; }

    /// <summary>Permission bits; those of the machine's when left out.</summary>
    [JsonPropertyName("fileMode")]
    public int? FileMode { get; init; }

    [JsonPropertyName("uid")]
    public uint? Uid { get; init; }

    [JsonPropertyName("gid")]
    public uint? Gid { get; init; }
}
