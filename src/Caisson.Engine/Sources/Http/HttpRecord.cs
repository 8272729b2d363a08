using System.Text.Json.Serialization;

namespace Caisson.Engine.Sources.Http;

/// <summary>What an address gave the last time.</summary>
internal sealed record HttpRecord
{
    /// <summary>The entity tag: as long as the server has it, the file is the same.</summary>
    [JsonPropertyName("tag")]
    public required string Tag { get; init; }

    /// <summary>Digest of the file.</summary>
    [JsonPropertyName("content")]
    public required string Content { get; init; }

    /// <summary>When it was changed last, in seconds since 1970; null when the server did not say.</summary>
    [JsonPropertyName("modified")]
    public long? ModifiedSeconds { get; init; }
}
