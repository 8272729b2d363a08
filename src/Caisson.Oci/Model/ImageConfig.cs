using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Oci.Model;

/// <summary>What an image runs and how its layers add up.</summary>
/// <remarks>image-spec v1.1.1, config.md, with the fields that Docker adds.</remarks>
public sealed record ImageConfig
{
    /// <summary>When the image was made.</summary>
    [JsonPropertyName("created"), JsonPropertyOrder(0)]
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who made the image.</summary>
    [JsonPropertyName("author"), JsonPropertyOrder(1)]
    public string? Author { get; init; }

    /// <summary>The processor architecture (GOARCH).</summary>
    [JsonPropertyName("architecture"), JsonPropertyOrder(2)]
    public required string Architecture { get; init; }

    /// <summary>The processor variant.</summary>
    [JsonPropertyName("variant"), JsonPropertyOrder(3)]
    public string? Variant { get; init; }

    /// <summary>The operating system (GOOS).</summary>
    [JsonPropertyName("os"), JsonPropertyOrder(4)]
    public required string Os { get; init; }

    /// <summary>The least operating system version, for Windows images.</summary>
    [JsonPropertyName("os.version"), JsonPropertyOrder(5)]
    public string? OsVersion { get; init; }

    /// <summary>Operating system features that the image needs.</summary>
    [JsonPropertyName("os.features"), JsonPropertyOrder(6)]
    public ImmutableArray<string>? OsFeatures { get; init; }

    /// <summary>How a container of the image runs.</summary>
    [JsonPropertyName("config"), JsonPropertyOrder(7)]
    public ContainerConfig Config { get; init => field = value ?? new(); } = new(); // left out, the serializer passes null

    /// <summary>The layers' diff IDs.</summary>
    [JsonPropertyName("rootfs"), JsonPropertyOrder(8)]
    public required RootFs RootFs { get; init; }

    /// <summary>How each layer came to be, oldest first.</summary>
    [JsonPropertyName("history"), JsonPropertyOrder(9)]
    public ImmutableArray<HistoryEntry>? History { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; } // the source generator cannot fill extension data through init

    /// <summary>The platform that the image says it is for.</summary>
    [JsonIgnore]
    public Platform Platform => new Platform { Os = Os, Architecture = Architecture, Variant = Variant, OsVersion = OsVersion, OsFeatures = OsFeatures }.Normalize();
}
