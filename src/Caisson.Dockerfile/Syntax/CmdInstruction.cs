namespace Caisson.Dockerfile.Syntax;

/// <summary><c>CMD ["program", "argument"]</c> or <c>CMD line</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Command">What was written.</param>
public sealed record CmdInstruction(InstructionHeader Header, CommandForm Command) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Cmd;
}
