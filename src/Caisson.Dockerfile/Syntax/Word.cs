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
    // Default for a word whose characters stand in the file without a break, as nearly all do.
    private readonly ImmutableArray<TextRun> _runs;

    internal Word(string text, ImmutableArray<TextRun> runs, SourceSpan span)
    {
        _runs = runs;
        Text = text;
        Span = span;
    }

    /// <summary>The characters, without continuations.</summary>
    public string Text { get; }

    /// <summary>The place, from the first to the last character, continuations in between included.</summary>
    public SourceSpan Span { get; }

    /// <summary>Number of UTF-16 code units of <see cref="Text"/>.</summary>
    public int Length => Text.Length;

    /// <summary>True when the word has no characters, as the value of <c>--from=</c>.</summary>
    public bool IsEmpty => Text.Length == 0;

    /// <summary>The file that the word stands in.</summary>
    internal SourceText Source => Span.Source;

    /// <summary>The place of a part of the word.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves the word.</exception>
    public SourceSpan SpanOf(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Text.Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Text.Length - start), nameof(length));
        if (start == 0 && length == Text.Length)
            return Span;
        int from = PlaceOf(start);
        int to = length == 0 ? from : OriginOf(start + length - 1) + 1;
        return new SourceSpan(Source, from, to - from);
    }

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    internal static Word FromSource(SourceSpan span) => new(span.Text, default, span);

    internal Word Slice(int start, int length)
    {
        if (start == 0 && length == Text.Length)
            return this;
        SourceSpan span = SpanOf(start, length);
        return new Word(Text.Substring(start, length), _runs.IsDefault || length == 0 ? default : SliceRuns(start, length), span);
    }

    internal Word Slice(int start) => Slice(start, Text.Length - start);

    /// <summary>The word without white space at either end.</summary>
    internal Word Trim()
    {
        int start = Text.Length - Text.AsSpan().TrimStart().Length;
        return Slice(start, Text.AsSpan(start).TrimEnd().Length);
    }

    /// <summary>True when expansion cannot change the word.</summary>
    internal bool IsLiteral(char escape)
    {
        foreach (char c in Text)
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
        return (run > 0 && run < _runs.Length ? _runs[run].At : Text.Length) - index;
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
    internal int PlaceOf(int index) => index < Text.Length ? OriginOf(index) : Span.End;

    private ImmutableArray<TextRun> SliceRuns(int start, int length)
    {
        int first = RunAt(start);
        int end = first + 1;
        while (end < _runs.Length && _runs[end].At < start + length)
            end++;
        if (end == first + 1)
            return default;
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
