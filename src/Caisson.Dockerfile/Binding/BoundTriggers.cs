using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Binding;

/// <summary>The ONBUILD triggers of a base image.</summary>
/// <param name="Instructions">The triggers, which come before the stage's own instructions.</param>
/// <param name="Diagnostics">Errors and warnings; their places are in the triggers' text.</param>
public sealed record BoundTriggers(ImmutableArray<BoundInstruction> Instructions, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>The stages that the triggers take files from.</summary>
    public IEnumerable<BoundStage> Stages => Instructions.SelectMany(static i => i.Stages).Distinct();

    /// <summary>True when a trigger cannot be executed.</summary>
    public bool HasErrors => Diagnostics.Any(static d => d.IsError);
}
