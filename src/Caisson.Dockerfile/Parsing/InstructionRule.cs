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

    /// <summary>The number of the flag of a name; -1 when the instruction has none.</summary>
    public int IndexOfFlag(ReadOnlySpan<char> name)
    {
        int index = Flags.Length - 1;
        while (index >= 0 && !name.SequenceEqual(Flags[index].Name))
            index--;
        return index;
    }

    public Instruction Read(InstructionRequest request) => Parse(request) ?? new MalformedInstruction(request.Header);
}
