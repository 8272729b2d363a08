using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Graph;

/// <summary>What people read of a part of an instruction: of a source of a copy, of a mount of a program.</summary>
/// <param name="Where">Where the Dockerfile says it.</param>
/// <param name="From">What it takes files from, such as <c>the stage "build"</c>; null when it takes none.</param>
public sealed record NodePart(SourceSpan Where, string? From = null);
