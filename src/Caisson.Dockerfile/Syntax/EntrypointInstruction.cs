namespace Caisson.Dockerfile.Syntax;

/// <summary><c>ENTRYPOINT ["program", "argument"]</c> or <c>ENTRYPOINT line</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Command">What was written; an empty array takes the base image's entry point away.</param>
public sealed record EntrypointInstruction(InstructionHeader Header, CommandForm Command) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Entrypoint;
}
