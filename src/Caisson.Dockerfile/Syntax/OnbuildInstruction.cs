namespace Caisson.Dockerfile.Syntax;

/// <summary><c>ONBUILD instruction</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Trigger">The instruction to execute in a build upon this image.</param>
/// <param name="Expression">The trigger as an image's configuration stores it: one line, then the bodies of its heredocs.</param>
public sealed record OnbuildInstruction(InstructionHeader Header, Instruction Trigger, string Expression) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Onbuild;
}
