using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>A text of a bundle.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Content">The digest of the part.</param>
public sealed record BundleText([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("content")] string Content);
