using System.Collections.Immutable;

namespace Caisson.Linux.Sandbox;

/// <summary>System calls that are allowed, or that fail in a way of their own.</summary>
/// <param name="Names">Their names.</param>
internal sealed record SeccompRule(ImmutableArray<string> Names)
{
    /// <summary>The error they fail with; null allows them.</summary>
    public int? ErrorNumber { get; init; }

    /// <summary>What their first argument must be for the rule to count.</summary>
    public SeccompCondition? Condition { get; init; }
}
