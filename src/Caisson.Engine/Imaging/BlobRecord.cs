using System.Text.Json.Serialization;

namespace Caisson.Engine.Imaging;

/// <summary>Which blob a layer became.</summary>
internal sealed record BlobRecord
{
    /// <summary>Digest of the uncompressed archive.</summary>
    [JsonPropertyName("diffId")]
    public required string DiffId { get; init; }

    /// <summary>Digest of the blob.</summary>
    [JsonPropertyName("digest")]
    public required string Digest { get; init; }

    /// <summary>Size of the blob in bytes.</summary>
    [JsonPropertyName("size")]
    public required long SizeBytes { get; init; }

    /// <summary>Media type of the blob.</summary>
    [JsonPropertyName("mediaType")]
    public required string MediaType { get; init; }
}
