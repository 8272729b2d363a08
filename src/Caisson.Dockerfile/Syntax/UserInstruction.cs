namespace Caisson.Dockerfile.Syntax;

/// <summary><c>USER name[:group]</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Name">The rest of the line.</param>
public sealed record UserInstruction(InstructionHeader Header, Word Name) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.User;
}
