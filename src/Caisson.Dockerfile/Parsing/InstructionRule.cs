using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>How an instruction is read.</summary>
/// <param name="Name">Its name in capitals.</param>
/// <param name="Parse">Makes the instruction from its checked parts; null when an error was reported.</param>
internal sealed record InstructionRule(string Name, Func<InstructionRequest, Instruction?> Parse)
{
    public ImmutableArray<FlagRule> Flags { get; init; } = [];

    public bool TakesHeredocs { get; init; }

    /// <summary>The flag of a name; null when the instruction has none.</summary>
    public FlagRule? FindFlag(ReadOnlySpan<char> name)
    {
        foreach (FlagRule flag in Flags)
        {
            if (name.SequenceEqual(flag.Name))
                return flag;
        }
        return null;
    }

    public Instruction Read(InstructionRequest request) => Parse(request) ?? new MalformedInstruction(request.Header);
}
