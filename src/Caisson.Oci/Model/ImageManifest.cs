using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>Names the configuration and the layers of one image.</summary>
/// <remarks>image-spec v1.1.1, manifest.md. A manifest that came from elsewhere is passed on as its own bytes, never written anew.</remarks>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The media type of the manifest itself.</summary>
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is not an image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The image configuration.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    public required ImmutableArray<Descriptor> Layers { get; init; }

    /// <summary>The manifest that this one says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free-form facts about the image.</summary>
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }
}
