using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>A program of this machine that the runtime starts along the way.</summary>
internal sealed record CdiHook
{
    /// <summary>The points at which one may be started.</summary>
    public static string[] Names { get; } = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    [JsonPropertyName("hookName")]
    public string? Name { get; init; }

    [JsonPropertyName("path")]
    public string? Path { get; init; }

    [JsonPropertyName("args")]
    [AllowNull]
    public string[] Arguments { get; init => field = value ?? []; } = [];

    [JsonPropertyName("env")]
    [AllowNull]
    public string[] Environment { get; init => field = value ?? []; } = [];

    [JsonPropertyName("timeout")]
    public int? TimeoutSeconds { get; init; }
}
