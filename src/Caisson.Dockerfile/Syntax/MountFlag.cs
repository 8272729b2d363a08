using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A <c>--mount</c> of RUN as written; <see cref="Mount"/> is what it means once variables are expanded.</summary>
/// <param name="Flag">The flag.</param>
/// <param name="Options">Its options in order.</param>
public sealed record MountFlag(Flag Flag, ImmutableArray<MountOption> Options)
{
    /// <summary>The value of <c>from</c>: stage, image or context; null when not given. No variables are expanded in it.</summary>
    public Word? From => Options.LastOrDefault(static o => o.Name == "from" && o.Value is { IsEmpty: false })?.Value;
}
