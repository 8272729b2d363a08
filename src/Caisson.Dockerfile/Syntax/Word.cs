using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A piece of the file as the language sees it, and where each of its characters stands.</summary>
/// <remarks>
/// Line continuations and the comment lines between them are gone from <see cref="Text"/>; variables, quotes and escapes are
/// not expanded, except in elements of a JSON array, whose escapes are resolved.
/// </remarks>
public sealed class Word
{
    // Default for a word that stands in the file as it is, as nearly all do.
    private readonly ImmutableArray<TextRun> _runs;

    // Of such a word null until it is asked for: most are read only to be cut into shorter ones. Two threads would make equal texts.
    private string? _text;

    private Word(SourceSpan span) => Span = span;

    private Word(string text, ImmutableArray<TextRun> runs, SourceSpan span)
    {
        _text = text;
        _runs = runs;
        Span = span;
    }

    /// <summary>The characters, without continuations.</summary>
    public string Text => _text ??= Span.Text;

    /// <summary>The place, from the first to the last character, continuations in between included.</summary>
    public SourceSpan Span { get; }

    /// <summary>Number of UTF-16 code units of <see cref="Text"/>.</summary>
    public int Length => _runs.IsDefault ? Span.Length : Text.Length;

    /// <summary>True when the word has no characters, as the value of <c>--from=</c>.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The file that the word stands in.</summary>
    internal SourceText Source => Span.Source;

    /// <summary>The same as <see cref="Text"/>, without making a text.</summary>
    internal ReadOnlySpan<char> Characters => _runs.IsDefault ? Source.Text.AsSpan(Span.Start, Span.Length) : Text;

    /// <summary>The place of a part of the word.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves the word.</exception>
    public SourceSpan SpanOf(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Length - start), nameof(length));
        if (start == 0 && length == Length)
            return Span;
        int from = PlaceOf(start);
        int to = length == 0 ? from : OriginOf(start + length - 1) + 1;
        return new SourceSpan(Source, from, to - from);
    }

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    /// <summary>A stretch of the file as it stands there.</summary>
    internal static Word FromSource(SourceSpan span) => new(span);

    /// <summary>A word put together from several stretches, or with other characters than the file has.</summary>
    internal static Word Assemble(string text, ImmutableArray<TextRun> runs, SourceSpan span) => new(text, runs, span);

    internal Word Slice(int start, int length)
    {
        if (start == 0 && length == Length)
            return this;
        SourceSpan span = SpanOf(start, length);
        if (_runs.IsDefault || span.Source.Text.AsSpan(span.Start, span.Length).SequenceEqual(Characters.Slice(start, length)))
            return new Word(span);
        return new Word(Text.Substring(start, length), SliceRuns(start, length), span);
    }

    internal Word Slice(int start) => Slice(start, Length - start);

    /// <summary>The word without white space at either end.</summary>
    internal Word Trim()
    {
        int start = Length - Characters.TrimStart().Length;
        return Slice(start, Characters[start..].TrimEnd().Length);
    }

    /// <summary>True when expansion cannot change the word.</summary>
    internal bool IsLiteral(char escape)
    {
        foreach (char c in Characters)
        {
            if (c is '$' or '\'' or '"' || c == escape)
                return false;
        }
        return true;
    }

    /// <summary>Number of characters, from one on, that stand in the file without a break.</summary>
    internal int RunLength(int index)
    {
        int run = _runs.IsDefault ? 0 : RunAt(index) + 1;
        return (run > 0 && run < _runs.Length ? _runs[run].At : Length) - index;
    }

    /// <summary>Offset in the file of a character of the word.</summary>
    internal int OriginOf(int index)
    {
        if (_runs.IsDefault)
            return Span.Start + index;
        TextRun run = _runs[RunAt(index)];
        return run.Origin + index - run.At;
    }

    /// <summary>Offset in the file of a character of the word, or of its end.</summary>
    internal int PlaceOf(int index) => index < Length ? OriginOf(index) : Span.End;

    private ImmutableArray<TextRun> SliceRuns(int start, int length)
    {
        int first = RunAt(start);
        int end = first + 1;
        while (end < _runs.Length && _runs[end].At < start + length)
            end++;
        var runs = ImmutableArray.CreateBuilder<TextRun>(end - first);
        runs.Add(new TextRun(0, _runs[first].Origin + start - _runs[first].At));
        for (int i = first + 1; i < end; i++)
            runs.Add(new TextRun(_runs[i].At - start, _runs[i].Origin));
        return runs.MoveToImmutable();
    }

    private int RunAt(int index)
    {
        int low = 0;
        int high = _runs.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _runs[middle].At <= index ? (middle, high) : (low, middle - 1);
        }
        return low;
    }
}
