using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Caisson.Oci.Model;

/// <summary>The digests of the uncompressed layers, lowest first.</summary>
/// <remarks>image-spec v1.1.1, config.md, "rootfs" property.</remarks>
public sealed record RootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    [JsonPropertyName("type"), JsonPropertyOrder(0)]
    public string Type { get; init => field = value ?? "layers"; } = "layers"; // left out, the serializer passes null

    /// <summary>Digest of each uncompressed layer, lowest first.</summary>
    [JsonPropertyName("diff_ids"), JsonPropertyOrder(1), JsonConverter(typeof(ListJsonConverter<Digest>))]
    public required ImmutableArray<Digest> DiffIds { get; init; }
}
