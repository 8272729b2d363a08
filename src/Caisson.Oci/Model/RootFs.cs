using System.Collections.Immutable;

namespace Caisson.Oci.Model;

/// <summary>The digests of the uncompressed layers, lowest first.</summary>
/// <remarks>image-spec v1.1.1, config.md, "rootfs" property.</remarks>
public sealed record RootFs
{
    /// <summary>The only value of <see cref="Type"/>.</summary>
    public const string Layers = "layers";

    /// <summary>Always <c>layers</c>.</summary>
    public string Type { get; init; } = Layers;

    /// <summary>Digest of each uncompressed layer, lowest first.</summary>
    public required ImmutableArray<Digest> DiffIds { get; init; }
}
