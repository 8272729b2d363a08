using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>Names a blob: what it is, its digest and its size in bytes.</summary>
/// <remarks>image-spec v1.1.1, descriptor.md.</remarks>
public sealed record Descriptor
{
    /// <summary>What the blob is.</summary>
    public required string MediaType { get; init; }

    /// <summary>The digest of the blob's bytes.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The length of the blob in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Other places the blob can be had from. Never followed by Caisson.</summary>
    public ImmutableArray<string>? Urls { get; init; }

    /// <summary>Free-form facts about the blob.</summary>
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>The platform of the image behind this descriptor, within an index.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The artifact type of the manifest behind this descriptor.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Describes these bytes.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> content) =>
        new() { MediaType = mediaType, Digest = Digest.OfBytes(content), Size = content.Length };
}
