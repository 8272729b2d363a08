using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads ENV, LABEL and ARG.</summary>
internal static class PairParser
{
    public static Instruction? ParseEnv(InstructionRequest request) =>
        ReadPairs(request) is { } pairs ? new EnvInstruction(request.Header, pairs) : null;

    public static Instruction? ParseLabel(InstructionRequest request) =>
        ReadPairs(request) is { } pairs ? new LabelInstruction(request.Header, pairs) : null;

    public static Instruction? ParseArg(InstructionRequest request)
    {
        ImmutableArray<Word> words = Words.SplitQuoted(request.Arguments, request.Escape);
        if (words.IsEmpty)
            return request.Missing("ARG lacks a name", "write ARG name, or ARG name=default");
        var declarations = ImmutableArray.CreateBuilder<ArgumentDeclaration>(words.Length);
        foreach (Word word in words)
        {
            if (ReadDeclaration(request, word) is { } declaration)
                declarations.Add(declaration);
        }
        return new ArgInstruction(request.Header, declarations.DrainToImmutable());
    }

    private static ArgumentDeclaration? ReadDeclaration(InstructionRequest request, Word word)
    {
        (Word name, Word? value) = Cut(word);
        if (!name.IsEmpty)
            return new ArgumentDeclaration(name, value, request.Header.DescriptionOf(name.Text));
        ReportBlank(request, word);
        return null;
    }

    private static ImmutableArray<KeyValue>? ReadPairs(InstructionRequest request)
    {
        string name = request.Rule.Name;
        ImmutableArray<Word> words = Words.SplitQuoted(request.Arguments, request.Escape);
        if (words.IsEmpty)
        {
            request.Missing($"{name} lacks a name and a value", $"write {name} name=value");
            return null;
        }
        if (!words[0].Characters.Contains('='))
            return ReadLegacy(request);
        var pairs = ImmutableArray.CreateBuilder<KeyValue>(words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            if (ReadPair(request, words[i], words[Math.Max(0, i - 1)]) is { } pair)
                pairs.Add(pair);
        }
        return pairs.DrainToImmutable();
    }

    private static ImmutableArray<KeyValue>? ReadLegacy(InstructionRequest request)
    {
        Word arguments = request.Arguments;
        int end = arguments.Text.AsSpan().IndexOfAny(Words.Blanks);
        if (end >= 0)
        {
            int value = end + arguments.Text.AsSpan(end).IndexOfAnyExcept(Words.Blanks);
            return [new KeyValue(arguments.Slice(0, end), arguments.Slice(value), IsLegacy: true)];
        }
        string name = request.Rule.Name;
        string message = $"{name} {Quoted.Plain(arguments.Text)} lacks a value";
        request.Diagnostics.Error(
            DiagnosticCodes.MissingArguments, arguments.Span, message, $"write {name} {Quoted.Plain(arguments.Text)}=value");
        return null;
    }

    private static KeyValue? ReadPair(InstructionRequest request, Word word, Word before)
    {
        (Word key, Word? value) = Cut(word);
        if (value is null)
        {
            string hint = $"a value that holds white space is quoted: {Quoted.Plain(Cut(before).Name.Text)}=\"…\"";
            request.Diagnostics.Error(DiagnosticCodes.BadKeyValue, word.Span, $"{Quoted.Of(word.Text)} is no name=value", hint);
            return null;
        }
        if (!key.IsEmpty)
            return new KeyValue(key, value, IsLegacy: false);
        ReportBlank(request, word);
        return null;
    }

    private static void ReportBlank(InstructionRequest request, Word word)
    {
        string hint = $"write {request.Rule.Name} name=value, with no white space before \"=\"";
        request.Diagnostics.Error(DiagnosticCodes.BlankName, word.Span, $"the name before \"=\" is empty in {Quoted.Of(word.Text)}", hint);
    }

    private static (Word Name, Word? Value) Cut(Word word)
    {
        int equals = word.Characters.IndexOf('=');
        return equals < 0 ? (word, null) : (word.Slice(0, equals), word.Slice(equals + 1));
    }
}
