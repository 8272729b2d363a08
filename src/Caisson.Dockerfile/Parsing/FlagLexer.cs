using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads the flags between an instruction's name and its arguments.</summary>
internal static class FlagLexer
{
    /// <summary>The words that begin with <c>--</c>, up to another word or to <c>--</c> alone, and what follows them.</summary>
    public static (ImmutableArray<Flag> Flags, Word Arguments) Read(Word text, char escape)
    {
        var flags = ImmutableArray.CreateBuilder<Flag>();
        int at = SkipBlanks(text.Text, 0);
        while (text.Text.AsSpan(at).StartsWith("--"))
        {
            WordBuilder word = new(text.Source, text.OriginOf(at));
            int start = at;
            at = ReadWord(text, at, escape, word);
            Word flag = word.ToWord(text.PlaceOf(at - 1) + 1);
            if (flag.Text == "--")
                break;
            flags.Add(ToFlag(flag, text.Slice(start, at - start)));
            at = SkipBlanks(text.Text, at);
        }
        return (flags.ToImmutable(), text.Slice(at).Trim());
    }

    private static int ReadWord(Word text, int at, char escape, WordBuilder word)
    {
        char quote = '\0';
        int pending = at;
        for (; at < text.Length; at++)
        {
            char c = text.Text[at];
            if (quote == '\0' && Words.Blanks.Contains(c))
                break;
            char open = c == escape ? quote : Quoting.After(quote, c);
            if (c != escape && open == quote)
                continue;
            // A quote or an escape is left out, and what an escape stands before is taken as it is.
            word.Append(text, pending, at - pending);
            pending = at + 1;
            at += c == escape ? 1 : 0;
            quote = open;
        }
        at = Math.Min(at, text.Length);
        word.Append(text, pending, Math.Max(0, at - pending));
        return at;
    }

    private static Flag ToFlag(Word word, Word written)
    {
        int equals = word.Text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? new Flag(word.Slice(2), null, written.Span)
            : new Flag(word.Slice(2, equals - 2), word.Slice(equals + 1), written.Span);
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && Words.Blanks.Contains(text[at]))
            at++;
        return at;
    }
}
