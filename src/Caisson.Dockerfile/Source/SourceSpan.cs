namespace Caisson.Dockerfile.Source;

/// <summary>A stretch of a source text; made by <see cref="SourceText.SpanOf"/>. The default is empty, in an empty text.</summary>
public readonly record struct SourceSpan
{
    private readonly SourceText? _source;

    internal SourceSpan(SourceText source, int start, int length)
    {
        _source = source;
        Start = start;
        Length = length;
    }

    /// <summary>The text that the stretch belongs to.</summary>
    public SourceText Source => _source ?? SourceText.Empty;

    /// <summary>Offset of the first character, counted from 0 in UTF-16 code units.</summary>
    public int Start { get; }

    /// <summary>Length in UTF-16 code units; 0 marks a place between two characters.</summary>
    public int Length { get; }

    /// <summary>Offset behind the last character.</summary>
    public int End => Start + Length;

    /// <summary>Line of the first character, counted from 1.</summary>
    public int Line => Source.LineAt(Start);

    /// <summary>Column of the first character, counted from 1 in characters (code points).</summary>
    public int Column => Source.PositionOf(Start).Column;

    /// <summary>Line of the last character, counted from 1.</summary>
    public int EndLine => Source.LineAt(Length == 0 ? Start : End - 1);

    /// <summary>The characters themselves, as they stand in the file.</summary>
    public string Text => Source.Text.Substring(Start, Length);

    /// <summary>The stretch from the beginning of this one to the end of <paramref name="last"/>, which does not begin earlier.</summary>
    internal SourceSpan To(SourceSpan last) => new(Source, Start, Math.Max(last.End, End) - Start);

    /// <summary>Name, line and column, as they stand before a diagnostic.</summary>
    public override string ToString()
    {
        SourcePosition position = Source.PositionOf(Start);
        return $"{Source.Name}:{position.Line}:{position.Column}";
    }
}
