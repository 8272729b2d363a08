namespace Caisson.Dockerfile.Syntax;

/// <summary><c>MAINTAINER name</c>; deprecated.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Name">The rest of the line.</param>
public sealed record MaintainerInstruction(InstructionHeader Header, Word Name) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Maintainer;
}
