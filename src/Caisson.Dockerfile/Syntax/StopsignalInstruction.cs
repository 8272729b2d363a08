namespace Caisson.Dockerfile.Syntax;

/// <summary><c>STOPSIGNAL name</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Signal">The rest of the line.</param>
public sealed record StopsignalInstruction(InstructionHeader Header, Word Signal) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Stopsignal;
}
