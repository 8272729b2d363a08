using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>EXPOSE port[/protocol] …</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Ports">The ports as written; at least one.</param>
public sealed record ExposeInstruction(InstructionHeader Header, ImmutableArray<Word> Ports) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Expose;
}
