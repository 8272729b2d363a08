using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Caisson.Oci.DockerArchive;

/// <summary>One image in the <c>manifest.json</c> of an archive for <c>docker load</c>.</summary>
/// <remarks>moby image-spec v1.2, "Combined Image JSON + Filesystem Changeset Format", "manifest.json".</remarks>
internal sealed record DockerArchiveEntry
{
    /// <summary>The path of the configuration.</summary>
    [JsonPropertyName("Config"), JsonPropertyOrder(0)]
    public required string Config { get; init; }

    /// <summary>The names, as people write them, with tags.</summary>
    [JsonPropertyName("RepoTags"), JsonPropertyOrder(1)]
    public ImmutableArray<string>? RepoTags { get; init; }

    /// <summary>The paths of the layers, lowest first.</summary>
    [JsonPropertyName("Layers"), JsonPropertyOrder(2)]
    public ImmutableArray<string>? Layers { get; init; }
}
