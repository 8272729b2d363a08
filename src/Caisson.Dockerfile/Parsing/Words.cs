using System.Buffers;
using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Splits arguments into words.</summary>
internal static class Words
{
    /// <summary>The white space that separates plain words.</summary>
    public static readonly SearchValues<char> Blanks = SearchValues.Create("\t\v\f\r ");

    // Most instructions have no more words than that.
    private const int Usual = 2;

    /// <summary>Words between white space; quotes mean nothing.</summary>
    public static ImmutableArray<Word> Split(Word arguments)
    {
        var words = ImmutableArray.CreateBuilder<Word>(Usual);
        ReadOnlySpan<char> text = arguments.Characters;
        for (int at = NextOther(text, 0); at < text.Length; at = NextOther(text, at))
        {
            int length = text[at..].IndexOfAny(Blanks);
            length = length < 0 ? text.Length - at : length;
            words.Add(arguments.Slice(at, length));
            at += length;
        }
        return words.DrainToImmutable();
    }

    /// <summary>Words between white space that is neither quoted nor escaped; quotes and escapes stay in them.</summary>
    public static ImmutableArray<Word> SplitQuoted(Word arguments, char escape)
    {
        ImmutableArray<Word>.Builder? words = null;
        ReadOnlySpan<char> text = arguments.Characters;
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                return words?.DrainToImmutable() ?? [];
            (int end, bool dangles) = EndOfQuoted(text, at, escape);
            // An escape at the very end escapes nothing and is dropped.
            int length = end - at - (dangles ? 1 : 0);
            if (length > 0)
                (words ??= ImmutableArray.CreateBuilder<Word>(1)).Add(arguments.Slice(at, length));
            at = end;
        }
    }

    private static int NextOther(ReadOnlySpan<char> text, int at)
    {
        int next = text[at..].IndexOfAnyExcept(Blanks);
        return next < 0 ? text.Length : at + next;
    }

    private static (int End, bool Dangles) EndOfQuoted(ReadOnlySpan<char> text, int at, char escape)
    {
        char quote = '\0';
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
                return (at, false);
            if (c != escape || quote == '\'')
                quote = Quoting.After(quote, c);
            else if (++at == text.Length)
                return (at, true);
        }
        return (text.Length, false);
    }
}
