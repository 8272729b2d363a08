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
        Instruction[] counted =
            [.. file.Instructions.SkipWhile(static i => i is not FromInstruction).Where(static i => i is not MalformedInstruction)];
        int lower = counted.Count(static i => Casing.IsLower(i.Keyword.Text));
        int upper = counted.Count(static i => Casing.IsUpper(i.Keyword.Text));
        bool isLower = lower > upper;
        foreach (Instruction instruction in counted)
        {
            string keyword = instruction.Keyword.Text;
            if (isLower ? Casing.IsLower(keyword) : Casing.IsUpper(keyword))
                continue;
            string message = $"{Quoted.Of(keyword)} is not in {(isLower ? "small letters" : "capitals")} as most instructions of this file are";
            string wanted = isLower ? keyword.ToLowerInvariant() : keyword.ToUpperInvariant();
            yield return new Finding(instruction, instruction.Keyword.Span, message, $"write {Quoted.Of(wanted)}");
        }
    }
}
