using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Outlines;

/// <summary>A build argument that has an effect on a target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The value that it has in this build, variables expanded; empty without one.</param>
/// <param name="Description">What a comment above it says, or null.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record OutlineArgument(string Name, string Value, string? Description, SourceSpan Where);
