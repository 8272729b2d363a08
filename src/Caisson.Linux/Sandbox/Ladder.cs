using System.Collections.Immutable;

namespace Caisson.Linux.Sandbox;

/// <summary>The rung that a process can reach, and what keeps it from those above.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Above">What keeps it from each rung above, the highest first.</param>
public sealed record Ladder(Rung Rung, ImmutableArray<RungObstacle> Above)
{
    /// <summary>All that root has.</summary>
    public static Ladder Top { get; } = new(Rung.AllIds, []);
}
