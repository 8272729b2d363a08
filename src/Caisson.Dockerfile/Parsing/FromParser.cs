using System.Buffers;
using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads FROM.</summary>
internal static class FromParser
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static Instruction? Parse(InstructionRequest request)
    {
        ImmutableArray<Word> words = Words.Split(request.Arguments);
        if (words.IsEmpty)
            return request.Missing("FROM lacks an image", "write FROM image, or FROM scratch to begin with nothing");
        bool isNamed = words.Length == 3 && IsAs(words[1]);
        if (words.Length > 1 && !isNamed)
            return ReportExtra(request, words);
        if (isNamed)
            CheckName(request, words[2]);
        Word? platform = request.Flags.Text("platform");
        return new FromInstruction(request.Header, words[0], isNamed ? words[1] : null, isNamed ? words[2] : null) { Platform = platform };
    }

    private static bool IsAs(Word word) => word.Characters.Equals("as", StringComparison.OrdinalIgnoreCase);

    private static Instruction? ReportExtra(InstructionRequest request, ImmutableArray<Word> words)
    {
        if (words.Length == 2 && IsAs(words[1]))
            return request.Missing("the stage's name is missing after AS", $"write FROM {Quoted.Plain(words[0].Text)} AS name");
        string hint = words.Length == 2
            ? $"to name the stage, write FROM {Quoted.Plain(words[0].Text)} AS {Quoted.Plain(words[1].Text)}"
            : "write FROM image, or FROM image AS name; a comment stands on a line of its own";
        Word extra = IsAs(words[1]) ? words[3] : words[1];
        request.Diagnostics.Error(DiagnosticCodes.TooManyArguments, extra.Span, $"FROM does not take {Quoted.Of(extra.Text)}", hint);
        return null;
    }

    private static void CheckName(InstructionRequest request, Word name)
    {
        string lower = name.Text.ToLowerInvariant();
        bool isValid = char.IsAsciiLetterLower(lower[0]) && !lower.AsSpan().ContainsAnyExcept(NameCharacters);
        if (isValid)
            return;
        const string Hint = "a stage's name begins with a letter and has only letters, digits, \"-\", \"_\" and \".\"";
        request.Diagnostics.Error(DiagnosticCodes.BadStageName, name.Span, $"{Quoted.Of(name.Text)} cannot be a stage's name", Hint);
    }
}
