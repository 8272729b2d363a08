using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>VOLUME ["path", …]</c> or <c>VOLUME path …</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Paths">At least one.</param>
public sealed record VolumeInstruction(InstructionHeader Header, ImmutableArray<Word> Paths) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Volume;
}
