using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>The files that steps took from a build context.</summary>
/// <param name="Name">The context's name; <c>context</c> for the build context itself.</param>
/// <param name="Files">How many there are.</param>
/// <param name="Content">The digest of the part, an archive.</param>
public sealed record BundleContext([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("files")] int Files, [property: JsonPropertyName("content")] string Content);
