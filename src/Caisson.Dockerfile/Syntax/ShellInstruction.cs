using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>SHELL ["program", "argument"]</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Program">Program and arguments before the command line; at least one.</param>
public sealed record ShellInstruction(InstructionHeader Header, ImmutableArray<Word> Program) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Shell;
}
