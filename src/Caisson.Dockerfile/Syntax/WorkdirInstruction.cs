namespace Caisson.Dockerfile.Syntax;

/// <summary><c>WORKDIR path</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Path">The rest of the line.</param>
public sealed record WorkdirInstruction(InstructionHeader Header, Word Path) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Workdir;
}
