using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>Puts a word together from characters that stand in different places of the file.</summary>
/// <param name="source">The file.</param>
/// <param name="start">Offset in the file where the word begins, also when it stays empty.</param>
/// <param name="capacity">Characters that there is room for from the beginning.</param>
internal sealed class WordBuilder(SourceText source, int start, int capacity = 16)
{
    private readonly StringBuilder _text = new(capacity);
    private readonly ImmutableArray<TextRun>.Builder _runs = ImmutableArray.CreateBuilder<TextRun>(1);
    private int _next = -1;

    public int Length => _text.Length;

    /// <summary>Appends characters that stand in the file as they are.</summary>
    public void Append(ReadOnlySpan<char> text, int origin)
    {
        if (text.IsEmpty)
            return;
        if (origin != _next)
            _runs.Add(new TextRun(_text.Length, origin));
        _text.Append(text);
        _next = origin + text.Length;
    }

    public void Append(char character, int origin) => Append([character], origin);

    /// <summary>Appends a part of another word of the same file.</summary>
    public void Append(Word word, int from, int length)
    {
        while (length > 0)
        {
            int together = Math.Min(length, word.RunLength(from));
            Append(word.Characters.Slice(from, together), word.OriginOf(from));
            from += together;
            length -= together;
        }
    }

    /// <summary>The word; it ends in the file at <paramref name="end"/>, or behind its last character.</summary>
    public Word ToWord(int? end = null)
    {
        int last = end ?? Math.Max(start, _next);
        SourceSpan span = new(source, start, Math.Max(0, last - start));
        return _text.Equals(source.Text.AsSpan(start, span.Length)) ? Word.FromSource(span) : Word.Assemble(_text.ToString(), _runs.ToImmutable(), span);
    }
}
