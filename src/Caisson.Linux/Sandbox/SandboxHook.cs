using System.Collections.Immutable;

namespace Caisson.Linux.Sandbox;

/// <summary>A program of this machine that the runtime starts at a point of a container's life.</summary>
/// <param name="Stage">The point: <c>prestart</c>, <c>createRuntime</c>, <c>createContainer</c>, <c>startContainer</c>, <c>poststart</c> or <c>poststop</c>.</param>
/// <param name="Path">The program.</param>
/// <remarks>runtime-spec v1.0.2, config.md, "POSIX-platform Hooks".</remarks>
public sealed record SandboxHook(string Stage, string Path)
{
    /// <summary>Its arguments, its own name first.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Its environment, <c>NAME=value</c>.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>How long it may take; null for any time.</summary>
    public TimeSpan? Timeout { get; init; }
}
