using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Splits a flag's value at commas; a field in double quotes may hold some (RFC 4180, one line).</summary>
internal static class CsvFields
{
    /// <summary>The fields, quotes resolved; null when an error was reported.</summary>
    public static ImmutableArray<Word>? Read(Word text, DiagnosticBag diagnostics)
    {
        ReadOnlySpan<char> characters = text.Characters;
        var fields = ImmutableArray.CreateBuilder<Word>(characters.Count(',') + 1);
        int at = 0;
        while (true)
        {
            bool isQuoted = at < characters.Length && characters[at] == '"';
            int end = isQuoted ? EndOfQuoted(characters, at) : EndOfPlain(characters, at);
            Word raw = text.Slice(at, Math.Max(0, end - at));
            bool isBroken = isQuoted
                ? end < 0 || (end < characters.Length && characters[end] != ',')
                : raw.Characters.Contains('"');
            if (isBroken)
            {
                const string Hint = "a field in double quotes begins right after a comma and ends right before one";
                diagnostics.Error(DiagnosticCodes.BadMountOption, text.Slice(at).Span, "a double quote is out of place here", Hint);
                return null;
            }
            fields.Add(isQuoted ? Unquote(text, at, end) : raw);
            if (end == text.Length)
                return fields.DrainToImmutable();
            at = end + 1;
        }
    }

    private static int EndOfPlain(ReadOnlySpan<char> text, int at)
    {
        int length = text[at..].IndexOf(',');
        return length < 0 ? text.Length : at + length;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text, int at)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
                continue;
            if (at + 1 == text.Length || text[at + 1] != '"')
                return at + 1;
            at++;
        }
        return -1;
    }

    private static Word Unquote(Word text, int start, int end)
    {
        WordBuilder field = new(text.Source, text.PlaceOf(start + 1));
        for (int at = start + 1; at < end - 1; at++)
        {
            field.Append(text, at, 1);
            at += text.Characters[at] == '"' ? 1 : 0;
        }
        return field.ToWord();
    }
}
