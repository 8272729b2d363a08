using System.Collections.Immutable;

namespace Caisson.Engine.Exporting;

/// <summary>Something that is said of the result of a build, ready to be kept with it.</summary>
public sealed record Attestation
{
    /// <summary>The artifact type of the manifest that it has beside an image.</summary>
    public required string ArtifactType { get; init; }

    /// <summary>The media type of the content.</summary>
    public required string MediaType { get; init; }

    /// <summary>What is said, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Annotations of its manifest.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The name of its file where files are exported and no image.</summary>
    public required string FileName { get; init; }
}
