using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>One instruction of the build that made an image.</summary>
/// <remarks>image-spec v1.1.1, config.md, "history" property.</remarks>
public sealed record HistoryEntry
{
    /// <summary>When it ran.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The instruction.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Who wrote the instruction.</summary>
    public string? Author { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>True when the instruction made no layer.</summary>
    public bool? EmptyLayer { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }
}
