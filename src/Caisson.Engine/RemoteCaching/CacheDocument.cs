using System.Collections.Immutable;

namespace Caisson.Engine.RemoteCaching;

/// <summary>What a shared cache says of itself.</summary>
internal sealed record CacheDocument
{
    /// <summary>The version of this form. A document of another version holds nothing for us.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The layers.</summary>
    public ImmutableArray<SharedLayer> Layers { get; init; } = [];

    /// <summary>The steps.</summary>
    public ImmutableArray<SharedStep> Steps { get; init; } = [];

    /// <summary>The cache mounts.</summary>
    public ImmutableArray<SharedMount> Mounts { get; init; } = [];

    /// <summary>This and another one in one.</summary>
    public CacheDocument With(CacheDocument other)
    {
        int shift = Layers.Length;
        return new CacheDocument
        {
            Layers = Layers.AddRange(other.Layers),
            Steps = [.. Steps, .. other.Steps.Select(step => step with { Layer = step.Layer + shift, Inputs = [.. step.Inputs.Select(Shifted)], Outputs = [.. step.Outputs.Select(l => l + shift)] })],
            Mounts = Mounts.AddRange(other.Mounts),
        };

        SharedState? Shifted(SharedState? state) => state is null ? null : state with { Layers = [.. state.Layers.Select(l => l + shift)] };
    }
}
