using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Oci.Model;

/// <summary>Names the configuration and the layers of one image.</summary>
/// <remarks>image-spec v1.1.1, manifest.md. A manifest that came from elsewhere is passed on as its own bytes, never written anew.</remarks>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(0)]
    public required int SchemaVersion { get; init; }

    /// <summary>The media type of the manifest itself.</summary>
    [JsonPropertyName("mediaType"), JsonPropertyOrder(1)]
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is not an image.</summary>
    [JsonPropertyName("artifactType"), JsonPropertyOrder(2)]
    public string? ArtifactType { get; init; }

    /// <summary>The image configuration.</summary>
    [JsonPropertyName("config"), JsonPropertyOrder(3)]
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    [JsonPropertyName("layers"), JsonPropertyOrder(4), JsonConverter(typeof(ListJsonConverter<Descriptor>))]
    public required ImmutableArray<Descriptor> Layers { get; init; }

    /// <summary>The manifest that this one says something about.</summary>
    [JsonPropertyName("subject"), JsonPropertyOrder(5)]
    public Descriptor? Subject { get; init; }

    /// <summary>Free-form facts about the image.</summary>
    [JsonPropertyName("annotations"), JsonPropertyOrder(6)]
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; } // the source generator cannot fill extension data through init
}
