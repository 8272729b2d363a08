using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads the flags between an instruction's name and its arguments.</summary>
internal static class FlagLexer
{
    /// <summary>The words that begin with <c>--</c>, up to another word or to <c>--</c> alone, and what follows them.</summary>
    /// <param name="line">An instruction.</param>
    /// <param name="at">Where its name ends.</param>
    /// <param name="escape">The escape character.</param>
    public static (ImmutableArray<Flag> Flags, Word Arguments) Read(Word line, int at, char escape)
    {
        ImmutableArray<Flag>.Builder? flags = null;
        at = SkipBlanks(line.Characters, at);
        while (line.Characters[at..].StartsWith("--"))
        {
            Word flag = ReadFlag(line, ref at, escape, out Word written);
            if (flag.Characters is "--")
                break;
            flags ??= ImmutableArray.CreateBuilder<Flag>(1);
            flags.Add(ToFlag(flag, written));
            at = SkipBlanks(line.Characters, at);
        }
        return (flags?.DrainToImmutable() ?? [], line.Slice(at).Trim());
    }

    private static Word ReadFlag(Word line, ref int at, char escape, out Word written)
    {
        int start = at;
        int end = line.Characters[at..].IndexOfAny(Words.Blanks);
        end = end < 0 ? line.Length : at + end;
        if (line.Characters[at..end].IndexOfAny('"', '\'', escape) < 0)
        {
            at = end;
            written = line.Slice(start, end - start);
            return written;
        }
        WordBuilder word = new(line.Source, line.OriginOf(at));
        at = ReadWord(line, at, escape, word);
        written = line.Slice(start, at - start);
        return word.ToWord(line.PlaceOf(at - 1) + 1);
    }

    private static int ReadWord(Word text, int at, char escape, WordBuilder word)
    {
        ReadOnlySpan<char> characters = text.Characters;
        char quote = '\0';
        int pending = at;
        for (; at < text.Length; at++)
        {
            char c = characters[at];
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
        int equals = word.Characters.IndexOf('=');
        return equals < 0
            ? new Flag(word.Slice(2), null, written.Span)
            : new Flag(word.Slice(2, equals - 2), word.Slice(equals + 1), written.Span);
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && Words.Blanks.Contains(text[at]))
            at++;
        return at;
    }
}
