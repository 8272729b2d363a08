using System.Text.Json.Serialization;

namespace Caisson.Engine.Sources;

/// <summary>Which image a name stood for.</summary>
internal sealed record RememberedImage
{
    /// <summary>Media type of the manifest.</summary>
    [JsonPropertyName("mediaType")]
    public required string MediaType { get; init; }

    /// <summary>Digest of the manifest.</summary>
    [JsonPropertyName("digest")]
    public required string Digest { get; init; }

    /// <summary>Size of the manifest in bytes.</summary>
    [JsonPropertyName("size")]
    public required long SizeBytes { get; init; }

    /// <summary>The name, for people who ask what there is.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}
