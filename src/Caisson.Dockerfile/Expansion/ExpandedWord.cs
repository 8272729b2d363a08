using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Expansion;

/// <summary>What a word expands to.</summary>
public sealed record ExpandedWord
{
    /// <summary>The result; empty when expansion failed.</summary>
    public required string Text { get; init; }

    /// <summary>The result split at white space outside quotes; empty when expansion failed.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>The variables that were looked up, in order.</summary>
    public ImmutableArray<VariableUse> Uses { get; init; } = [];

    /// <summary>Why expansion failed; null when it did not.</summary>
    public Diagnostic? Problem { get; init; }

    /// <summary>Characters written and steps taken; what a caller adds up to bound the work of a whole file.</summary>
    internal long Cost { get; init; }
}
