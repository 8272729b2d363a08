using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>An image that a build is based on.</summary>
public sealed record BundleImage
{
    /// <summary>Its name, with the digest of its manifest.</summary>
    [JsonPropertyName("reference")]
    public required string Reference { get; init; }

    /// <summary>The platform that was asked for.</summary>
    [JsonPropertyName("platform")]
    public required string Platform { get; init; }

    /// <summary>The named context that is the image, when that was a layout; else null.</summary>
    [JsonPropertyName("context")]
    public string? Context { get; init; }

    /// <summary>The media type of its manifest.</summary>
    [JsonPropertyName("mediaType")]
    public required string MediaType { get; init; }

    /// <summary>The digest of its manifest, a part.</summary>
    [JsonPropertyName("manifest")]
    public required string Manifest { get; init; }

    /// <summary>Whether its layers are parts too; else its configuration alone counted.</summary>
    [JsonPropertyName("hasLayers")]
    public bool HasLayers { get; init; }
}
