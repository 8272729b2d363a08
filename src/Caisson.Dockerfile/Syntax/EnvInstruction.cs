using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>ENV name=value …</c> or <c>ENV name value</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Pairs">At least one.</param>
public sealed record EnvInstruction(InstructionHeader Header, ImmutableArray<KeyValue> Pairs) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Env;
}
