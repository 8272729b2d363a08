using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Graph;

/// <summary>What people read of a node.</summary>
/// <param name="Text">For example <c>[build 3/5] RUN go build ./...</c>.</param>
/// <param name="Where">The instruction it comes from; null for what no instruction asked for.</param>
public sealed record NodeLabel(string Text, SourceSpan? Where = null)
{
    /// <summary>The parts of the instruction that ask for each source of a copy, or for each mount of a program.</summary>
    public ImmutableArray<NodePart> Parts { get; init; } = [];
}
