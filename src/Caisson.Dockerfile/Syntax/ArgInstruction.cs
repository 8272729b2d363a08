using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>ARG name[=default] …</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Declarations">At least one.</param>
public sealed record ArgInstruction(InstructionHeader Header, ImmutableArray<ArgumentDeclaration> Declarations) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Arg;
}
