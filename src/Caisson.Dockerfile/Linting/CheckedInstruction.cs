using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>An instruction of a stage with the variables that it sees.</summary>
/// <param name="Bound">The instruction.</param>
/// <param name="Before">The variables before it.</param>
/// <param name="Evaluation">What it does.</param>
public sealed record CheckedInstruction(BoundInstruction Bound, StageScope Before, Evaluation Evaluation)
{
    /// <summary>The instruction as written.</summary>
    public Instruction Syntax => Bound.Syntax;

    /// <summary>False when variables may be set that are not known: by a base that is not, or by a line that cannot be read.</summary>
    public bool IsKnown { get; init; }

    /// <summary>The variables that it uses and that nothing sets, as far as is known: each once.</summary>
    public IEnumerable<VariableUse> UndefinedUses =>
        Evaluation.UndefinedUses.IsEmpty ? [] : Evaluation.UndefinedUses.DistinctBy(static u => u.Name);
}
