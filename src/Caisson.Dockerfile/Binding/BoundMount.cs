using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>A mount of a step.</summary>
/// <param name="Mount">What is mounted, and where.</param>
/// <param name="Source">Where a bind or cache mount takes its files from; null for the other types.</param>
public sealed record BoundMount(Mount Mount, ContentSource? Source);
