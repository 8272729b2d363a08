using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Expansion;

/// <summary>Expands variables, quotes and escapes in words. Immutable and thread-safe.</summary>
/// <remarks>
/// The language is that of BuildKit's <c>shell/lex.go</c>: <c>$x ${x}</c>; <c>${x:-w} ${x-w} ${x:+w} ${x+w} ${x:?w} ${x?w}</c>;
/// <c>${x#p} ${x##p} ${x%p} ${x%%p}</c>; <c>${x/p/r} ${x//p/r}</c>, patterns with <c>*</c> and <c>?</c> only. Time grows with
/// the length of word and result; beyond <see cref="MostCost"/> or <see cref="MaxDepth"/> a word is refused.
/// </remarks>
/// <param name="escape">The character that escapes: backslash or backtick.</param>
/// <param name="style">What is left in place.</param>
public sealed class Expander(char escape, ExpansionStyle style = ExpansionStyle.Plain)
{
    /// <summary>How deep <c>${a:-${b:-…}}</c> may nest.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most that <see cref="MaxCost"/> can be.</summary>
    public const long MostCost = 16 * 1024 * 1024;

    /// <summary>The character that escapes.</summary>
    public char Escape { get; } = escape;

    /// <summary>What is left in place.</summary>
    public ExpansionStyle Style { get; } = style;

    /// <summary>Characters that may be written, and steps of pattern matching that may be taken, for one word.</summary>
    internal long MaxCost { get; init; } = MostCost;

    /// <summary>Longest result, in characters.</summary>
    internal int MaxLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>Expands a word; never throws on bad text.</summary>
    public ExpandedWord Expand(Word word, VariableSet variables) => Expand(word, variables, splits: true);

    /// <summary>Expands a word; without <paramref name="splits"/> the words that it falls into may be missing.</summary>
    internal ExpandedWord Expand(Word word, VariableSet variables, bool splits)
    {
        if (IsPlain(word))
            return new ExpandedWord { Text = word.Text, Words = splits ? [word.Text] : [], Cost = word.Length };
        return new ExpansionReader(this, word, variables).Read(splits);
    }

    /// <summary>True when a word expands to itself, whatever the variables: it has nothing to expand, and is one word.</summary>
    internal bool IsPlain(Word word)
    {
        foreach (char c in word.Characters)
        {
            if (c is '$' or '\'' or '"' or '<' || c == Escape || char.IsWhiteSpace(c))
                return false;
        }
        return word.Length > 0 && word.Length <= MaxLength;
    }

    /// <summary>The words of a text with the places they were made from.</summary>
    internal ImmutableArray<SplitWord> Split(Word word, VariableSet variables)
    {
        ExpansionReader reader = new(this, word, variables);
        return reader.Read().Problem is null ? reader.SplitWords : [];
    }

}
