using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>What an image runs and how its layers add up.</summary>
/// <remarks>image-spec v1.1.1, config.md, with the fields that Docker adds.</remarks>
public sealed record ImageConfig
{
    /// <summary>When the image was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who made the image.</summary>
    public string? Author { get; init; }

    /// <summary>The processor architecture (GOARCH).</summary>
    public required string Architecture { get; init; }

    /// <summary>The processor variant.</summary>
    public string? Variant { get; init; }

    /// <summary>The operating system (GOOS).</summary>
    public required string Os { get; init; }

    /// <summary>The least operating system version, for Windows images.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Operating system features that the image needs.</summary>
    public ImmutableArray<string>? OsFeatures { get; init; }

    /// <summary>How a container of the image runs.</summary>
    public ContainerConfig Config { get; init; } = new();

    /// <summary>The layers' diff IDs.</summary>
    public required RootFs RootFs { get; init; }

    /// <summary>How each layer came to be, oldest first.</summary>
    public ImmutableArray<HistoryEntry>? History { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The platform that the image says it is for.</summary>
    public Platform Platform => new Platform { Os = Os, Architecture = Architecture, Variant = Variant, OsVersion = OsVersion, OsFeatures = OsFeatures }.Normalize();
}
