using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>Names several manifests: the platforms of one image, or the images of a layout.</summary>
/// <remarks>image-spec v1.1.1, image-index.md.</remarks>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The media type of the index itself.</summary>
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is not an image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifests, in the order the author gave them.</summary>
    public required ImmutableArray<Descriptor> Manifests { get; init; }

    /// <summary>The manifest that this index says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free-form facts about the index.</summary>
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The first manifest whose platform <paramref name="wanted"/> accepts, the exact variant preferred; null when there is none.</summary>
    public Descriptor? Find(Platform wanted)
    {
        Descriptor? best = null;
        foreach (Descriptor manifest in Manifests)
        {
            if (manifest.Platform is not { } offered || !wanted.Accepts(offered))
                continue;
            if (offered.Normalize().Variant == wanted.Normalize().Variant)
                return manifest;
            best ??= manifest;
        }
        return best;
    }
}
