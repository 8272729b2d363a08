using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>A file of the web, or the files of a commit.</summary>
public sealed record BundleFetched
{
    /// <summary>Where it was fetched from, without credentials.</summary>
    [JsonPropertyName("from")]
    public required string From { get; init; }

    /// <summary>The digest of a file of the web; null for a commit.</summary>
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }

    /// <summary>The name of a file of the web.</summary>
    [JsonPropertyName("fileName")]
    public string? FileName { get; init; }

    /// <summary>The commit; null for a file of the web.</summary>
    [JsonPropertyName("commit")]
    public string? Commit { get; init; }

    /// <summary>What stood for the commit.</summary>
    [JsonPropertyName("reference")]
    public string? Reference { get; init; }

    /// <summary>The annotated tag that stood for the commit.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>The directory of the repository that is meant; null for all of it.</summary>
    [JsonPropertyName("directory")]
    public string? Directory { get; init; }

    /// <summary>Whether the repository's own files (<c>.git</c>) are among them.</summary>
    [JsonPropertyName("keepsGit")]
    public bool KeepsGitDirectory { get; init; }

    /// <summary>Whether files of submodules are not among them.</summary>
    [JsonPropertyName("withoutSubmodules")]
    public bool IsWithoutSubmodules { get; init; }

    /// <summary>The digest of the part, an archive.</summary>
    [JsonPropertyName("content")]
    public required string Content { get; init; }

    /// <summary>The digest of that archive, uncompressed.</summary>
    [JsonPropertyName("diffId")]
    public required string DiffId { get; init; }
}
