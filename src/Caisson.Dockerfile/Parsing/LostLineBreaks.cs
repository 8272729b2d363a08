using System.Buffers;
using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Finds commands that read well and are probably two: a line break was lost, or a continuation has crept in.</summary>
internal static class LostLineBreaks
{
    private const int ShortestName = 3;
    private const int LongestName = 11;

    private static readonly SearchValues<char> Meaningful = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ\"'\\`");

    public static void Find(DockerfileDocument document, DiagnosticBag diagnostics)
    {
        ImmutableArray<Instruction> instructions = document.Instructions;
        for (int i = 0; i < instructions.Length; i++)
        {
            Instruction instruction = instructions[i];
            if (instruction is MalformedInstruction || IsArray(instruction))
                continue;
            FindInside(instruction, document.Escape, diagnostics);
            bool isExplained = i + 1 < instructions.Length && instructions[i + 1] is MalformedInstruction;
            if (instruction is RunInstruction { Heredocs.IsEmpty: true } run && !isExplained)
                FindDanglingOperator(run, diagnostics);
        }
    }

    private static bool IsArray(Instruction instruction) => instruction switch
    {
        RunInstruction run => run.Command is CommandForm.Exec,
        CmdInstruction cmd => cmd.Command is CommandForm.Exec,
        EntrypointInstruction entrypoint => entrypoint.Command is CommandForm.Exec,
        _ => false,
    };

    private static void FindDanglingOperator(RunInstruction run, DiagnosticBag diagnostics)
    {
        Word command = run.Arguments;
        if (UnknownInstruction.DanglingOperator(command.Characters) is not { } last || last is not ("&&" or "||" or "|"))
            return;
        SourceSpan where = command.SpanOf(command.Length - last.Length, last.Length);
        diagnostics.Warn(
            DiagnosticCodes.DanglingOperator, where, $"the command ends in \"{last}\" and nothing follows it",
            "remove it, or continue the line");
    }

    /// <summary>Walks over an instruction's line once, minding quotes.</summary>
    private static void FindInside(Instruction instruction, char escape, DiagnosticBag diagnostics)
    {
        Word line = instruction.Header.Line;
        ReadOnlySpan<char> text = line.Characters;
        char quote = '\0';
        for (int at = Next(text, instruction.Keyword.Length); at < text.Length && !diagnostics.IsFull; at = Next(text, at + 1))
        {
            char c = text[at];
            if (quote == '\0' && char.IsAsciiLetterUpper(c) && KeywordAt(text, at) is { } name)
                Judge(instruction, line, at, name, diagnostics);
            if (c == escape && quote != '\'')
                at++;
            else
                quote = Quoting.After(quote, c);
        }
    }

    private static void Judge(Instruction instruction, Word line, int at, string name, DiagnosticBag diagnostics)
    {
        SourceSpan where = line.SpanOf(at, name.Length);
        char before = line.Characters[at - 1];
        if (IsFirstOfLine(where))
        {
            string above = instruction.Keyword.Text.ToUpperInvariant();
            string message = $"this line continues the {above} above, so {name} is no instruction here";
            diagnostics.Warn(DiagnosticCodes.SwallowedInstruction, where, message, "remove the continuation at the end of the line above");
        }
        else if (before is '"' or '\'' or '}' or ')')
        {
            string message = $"{name} is glued to the word before it";
            diagnostics.Warn(
                DiagnosticCodes.GluedInstruction, where, message,
                $"if {name} is meant as an instruction, a line break is missing before it");
        }
    }

    private static bool IsFirstOfLine(SourceSpan where) => where.Start == where.Source.Line(where.Line).Start;

    // The next character that a name may begin with, or that has a meaning for quotes.
    private static int Next(ReadOnlySpan<char> text, int at)
    {
        int next = at < text.Length ? text[at..].IndexOfAny(Meaningful) : -1;
        return next < 0 ? text.Length : at + next;
    }

    private static string? KeywordAt(ReadOnlySpan<char> text, int at)
    {
        int length = text.Slice(at, Math.Min(LongestName + 1, text.Length - at)).IndexOfAnyExceptInRange('A', 'Z');
        if (length < ShortestName || !char.IsWhiteSpace(text[at + length]))
            return null;
        foreach (string name in InstructionRules.Names)
        {
            if (text.Slice(at, length).SequenceEqual(name))
                return name;
        }
        return null;
    }
}
