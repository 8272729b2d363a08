using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Engine.Planning;

/// <summary>Instructions as people read them: in the progress of a build and in the history of an image.</summary>
internal static class CommandText
{
    private const int MaxLength = 400;

    /// <summary>The instruction in one line, blanks folded, long ones cut; of a program in a heredoc its first line is shown.</summary>
    public static string Of(Instruction instruction) => Cut(Whole(instruction, Fold(instruction.Header.Line.Text)));

    /// <summary>The same as BuildKit shows it: with its blanks and the values of variables.</summary>
    public static string Shown(Instruction instruction, Step step, StageScope scope) => Cut(scope.Show(Whole(instruction, instruction.Header.Line.Text.Trim()), step));

    private static string Whole(Instruction instruction, string line)
    {
        string keyword = instruction.Keyword.Text;
        string text = keyword.ToUpperInvariant() + line[Math.Min(keyword.Length, line.Length)..];
        if (instruction is RunInstruction && !instruction.Heredocs.IsEmpty && FirstLine(instruction.Heredocs[0].Content) is { Length: > 0 } first)
            text += $" ({first})";
        return text;
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";

    /// <summary>What history says of a command: the arguments of the build that it saw, then the command.</summary>
    /// <remarks>The form is Docker's: <c>RUN |1 VERSION=1 /bin/sh -c make</c>.</remarks>
    public static string OfRun(StageScope scope, ImmutableArray<string> arguments)
    {
        string[] declared = [.. scope.HistoryArguments.Select(static a => $"{a.Key}={a.Value}")];
        string[] prefix = declared.Length == 0 ? [] : [$"|{declared.Length}", .. declared];
        return "RUN " + string.Join(' ', [.. prefix, .. arguments]);
    }

    private static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char c in text.Trim())
        {
            bool isBlank = char.IsWhiteSpace(c);
            if (!isBlank || folded[^1] != ' ')
                folded.Append(isBlank ? ' ' : c);
        }
        return folded.ToString();
    }

    private static string FirstLine(string content)
    {
        string[] lines = content.Split('\n', 3, StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1 ? lines[0] + "..." : content.Trim();
    }
}
