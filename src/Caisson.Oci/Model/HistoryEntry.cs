using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Oci.Model;

/// <summary>One instruction of the build that made an image.</summary>
/// <remarks>image-spec v1.1.1, config.md, "history" property.</remarks>
public sealed record HistoryEntry
{
    /// <summary>When it ran.</summary>
    [JsonPropertyName("created"), JsonPropertyOrder(0)]
    public DateTimeOffset? Created { get; init; }

    /// <summary>The instruction.</summary>
    [JsonPropertyName("created_by"), JsonPropertyOrder(1)]
    public string? CreatedBy { get; init; }

    /// <summary>Who wrote the instruction.</summary>
    [JsonPropertyName("author"), JsonPropertyOrder(2)]
    public string? Author { get; init; }

    /// <summary>A remark.</summary>
    [JsonPropertyName("comment"), JsonPropertyOrder(3)]
    public string? Comment { get; init; }

    /// <summary>True when the instruction made no layer.</summary>
    [JsonPropertyName("empty_layer"), JsonPropertyOrder(4)]
    public bool? EmptyLayer { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; } // the source generator cannot fill extension data through init
}
