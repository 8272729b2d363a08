using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>NoEmptyContinuation.</summary>
internal static class NoEmptyContinuation
{
    public static CheckRule Rule { get; } = new(nameof(NoEmptyContinuation), "No blank line stands within a continued instruction", Find)
    {
        Url = CheckRule.UrlOf("no-empty-continuation"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (Instruction instruction in file.Instructions)
        {
            if (instruction.Header.EmptyContinuations is not [var first, ..])
                continue;
            string message = $"a blank line stands within the {instruction.Keyword.Text.ToUpperInvariant()} above";
            string hint = "take it out, or write # there; a blank line will end the instruction in a later version of the language";
            yield return new Finding(instruction, first.Source.SpanOf(first.Start, 0), message, hint);
        }
    }
}
