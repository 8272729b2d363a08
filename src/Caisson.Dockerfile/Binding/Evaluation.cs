using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Binding;

/// <summary>What an instruction does in a scope.</summary>
/// <param name="Scope">The scope for the next instruction; unchanged when evaluation failed.</param>
/// <param name="Step">The instruction with everything expanded; null when evaluation failed.</param>
public sealed record Evaluation(StageScope Scope, Step? Step)
{
    /// <summary>What went wrong.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>The variables that were looked up, in order.</summary>
    public ImmutableArray<VariableUse> Uses { get; init; } = [];

    /// <summary>The uses of variables that are neither set nor declared.</summary>
    public ImmutableArray<VariableUse> UndefinedUses { get; init; } = [];
}
