using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>What a build came to.</summary>
/// <param name="MediaType">The media type of its index or manifest.</param>
/// <param name="Digest">The digest of that, a part.</param>
/// <param name="Images">The manifests of all platforms, parts; their configurations are parts too, their layers are not.</param>
public sealed record BundleResult(
    [property: JsonPropertyName("mediaType")] string MediaType, [property: JsonPropertyName("digest")] string Digest, [property: JsonPropertyName("images")] ImmutableArray<string> Images);
