namespace Caisson.Dockerfile.Syntax;

/// <summary>A line that could not be read as an instruction; an error says why.</summary>
/// <param name="Header">The parts that every instruction has.</param>
public sealed record MalformedInstruction(InstructionHeader Header) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Malformed;
}
