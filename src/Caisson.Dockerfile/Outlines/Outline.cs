using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;

namespace Caisson.Dockerfile.Outlines;

/// <summary>What a build of a target can be given, and what it needs: arguments, secrets, SSH agents and caches.</summary>
/// <param name="Target">The target.</param>
public sealed record Outline(BoundStage Target)
{
    /// <summary>The build arguments that have an effect, by line; predefined ones are not among them.</summary>
    public ImmutableArray<OutlineArgument> Arguments { get; init; } = [];

    /// <summary>The secrets that steps mount, by line.</summary>
    public ImmutableArray<OutlineMount> Secrets { get; init; } = [];

    /// <summary>The SSH agents that steps mount, by line.</summary>
    public ImmutableArray<OutlineMount> Agents { get; init; } = [];

    /// <summary>The cache mounts of steps, by line; those that are optional are never required.</summary>
    public ImmutableArray<OutlineMount> Caches { get; init; } = [];

    /// <summary>The outline of the target and the stages that it needs; null when there is no target, which an error says.</summary>
    /// <param name="bound">The Dockerfile.</param>
    /// <param name="input">What is known of base images.</param>
    public static Outline? Of(BoundDockerfile bound, CheckInput? input = null)
    {
        if (bound.Target is not { } target)
            return null;
        StageWalk walk = new(bound, (input ?? CheckInput.None) with { NeededOnly = true }, new Source.DiagnosticBag());
        // The target first, then what it needs from near to far: of two declarations of a name the nearer one is shown.
        CheckedStage[] stages = [.. walk.Walk().OrderByDescending(static s => s.Stage.Index)];
        OutlineMounts mounts = OutlineMounts.Of(stages);
        return new Outline(target)
        {
            Arguments = new OutlineArguments(bound).Of(stages),
            Secrets = mounts.Secrets,
            Agents = mounts.Agents,
            Caches = mounts.Caches,
        };
    }
}
