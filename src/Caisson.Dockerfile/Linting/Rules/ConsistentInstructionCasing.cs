using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>ConsistentInstructionCasing.</summary>
internal static class ConsistentInstructionCasing
{
    public static CheckRule Rule { get; } = new(nameof(ConsistentInstructionCasing), "Instructions are all in capitals, or all in small letters", Find)
    {
        Url = CheckRule.UrlOf("consistent-instruction-casing"),
    };

    // What most instructions are is right; of two halves, the one in capitals. An ARG before the first FROM has no say.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        bool isLower = MostAreLower(file.Instructions);
        bool counts = false;
        foreach (Instruction instruction in file.Instructions)
        {
            counts |= instruction is FromInstruction;
            if (!counts || instruction is MalformedInstruction || IsWritten(instruction.Keyword, isLower))
                continue;
            string keyword = instruction.Keyword.Text;
            string message = $"{Quoted.Of(keyword)} is not in {(isLower ? "small letters" : "capitals")} as most instructions of this file are";
            string wanted = isLower ? keyword.ToLowerInvariant() : keyword.ToUpperInvariant();
            yield return new Finding(instruction, instruction.Keyword.Span, message, $"write {Quoted.Of(wanted)}");
        }
    }

    private static bool MostAreLower(ImmutableArray<Instruction> instructions)
    {
        int balance = 0;
        bool counts = false;
        foreach (Instruction instruction in instructions)
        {
            counts |= instruction is FromInstruction;
            if (!counts || instruction is MalformedInstruction)
                continue;
            balance += IsWritten(instruction.Keyword, isLower: true) ? 1 : 0;
            balance -= IsWritten(instruction.Keyword, isLower: false) ? 1 : 0;
        }
        return balance > 0;
    }

    private static bool IsWritten(Word keyword, bool isLower) => isLower ? Casing.IsLower(keyword.Characters) : Casing.IsUpper(keyword.Characters);
}
