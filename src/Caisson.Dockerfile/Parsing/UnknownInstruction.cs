using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Tells what a line was meant to be that begins with no instruction.</summary>
internal static class UnknownInstruction
{
    private static readonly string[] Operators = ["&&", "||", "|", ";", "(", "{"];

    public static void Report(InstructionHeader header, Instruction? previous, char escape, DiagnosticBag diagnostics)
    {
        Word keyword = header.Keyword;
        if (keyword.IsEmpty)
        {
            diagnostics.Error(DiagnosticCodes.UnknownInstruction, header.Span, "nothing follows this line continuation", "remove it");
            return;
        }
        string? hint = diagnostics.IsFull ? null : MissingContinuation(header, previous, escape) ?? Misspelled(keyword.Text);
        bool follows = previous is not null && previous.FullSpan.End == header.FullSpan.Start;
        // After one lost line the others of the same script would only repeat it.
        if (hint is null && follows && previous is MalformedInstruction)
            return;
        hint ??= follows && header.Span.Start > header.FullSpan.Start
            ? $"if it continues line {previous!.Span.EndLine}, that line must end in \"{escape}\"" // not null: follows says so
            : null;
        diagnostics.Error(DiagnosticCodes.UnknownInstruction, keyword.Span, $"unknown instruction {Quoted.Of(keyword.Text)}", hint);
    }

    /// <summary>The operator that a command ends in, though it needs another command behind it; null when it ends well.</summary>
    public static string? DanglingOperator(ReadOnlySpan<char> command)
    {
        ReadOnlySpan<char> text = command.TrimEnd();
        foreach (string candidate in Operators)
        {
            if (text.EndsWith(candidate))
                return candidate;
        }
        return null;
    }

    private static string? MissingContinuation(InstructionHeader header, Instruction? previous, char escape)
    {
        if (previous is null || previous.Header.Heredocs.Length > 0 || DanglingOperator(previous.Header.Line.Characters) is not { } last)
            return null;
        int line = previous.Span.EndLine;
        string where = line + 1 == header.Span.Line ? "the line before" : $"line {line}";
        return $"{where} ends in \"{last}\": a \"{escape}\" is missing there";
    }

    private static string? Misspelled(string keyword)
    {
        if (keyword.StartsWith("//", StringComparison.Ordinal) || keyword[0] == ';')
            return "comments begin with \"#\"";
        int blank = keyword.AsSpan().IndexOfAnyExceptInRange('!', '~');
        if (blank > 0 && char.IsWhiteSpace(keyword[blank]) && InstructionRules.Find(keyword.AsSpan(0, blank)) is { } spaced)
            return $"the white space after \"{spaced.Name}\" is U+{(int)keyword[blank]:X4}; type an ordinary space";
        foreach (string name in InstructionRules.Names)
        {
            bool begins = keyword.StartsWith(name, StringComparison.Ordinal) && keyword.Length > name.Length;
            if (begins && !char.IsAsciiLetterUpper(keyword[name.Length]))
                return $"white space is missing after \"{name}\"";
        }
        return Suggestion.Hint(keyword, InstructionRules.Names);
    }
}
