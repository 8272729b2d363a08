using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Finds the words of an instruction that announce documents, and reads the documents.</summary>
internal static class HeredocReader
{
    private static readonly Expander Splitter =
        new('\\', ExpansionStyle.KeepQuotes | ExpansionStyle.KeepEscapes | ExpansionStyle.KeepUnset);

    private static readonly Expander Unquoter = new('\\', ExpansionStyle.KeepUnset);
    private static readonly Expander QuoteKeeper = new('\\', ExpansionStyle.KeepQuotes | ExpansionStyle.KeepUnset);

    /// <summary>Reads the documents that a line announces; the cursor stands behind the line.</summary>
    public static ImmutableArray<Heredoc> Read(Word line, LineCursor lines, DiagnosticBag diagnostics)
    {
        var documents = ImmutableArray.CreateBuilder<Heredoc>();
        foreach (SplitWord word in Splitter.Split(line, VariableSet.Empty))
        {
            if (ReadMarker(line.Slice(word.Start, word.End - word.Start)) is { } start)
                documents.Add(ReadDocument(start, line.Source, lines, diagnostics));
        }
        return documents.ToImmutable();
    }

    /// <summary>What a word such as <c>3&lt;&lt;-'EOF'</c> announces; null when it is another word.</summary>
    public static HeredocStart? ReadMarker(Word word)
    {
        ReadOnlySpan<char> text = word.Characters;
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0 || !text[digits..].StartsWith("<<"))
            return null;
        _ = int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor);
        int at = digits + 2;
        bool stripsTabs = text[at..].StartsWith("-");
        at += stripsTabs ? 1 : 0;
        at = text.Length - text[at..].TrimStart(" \t\r\f\n").Length;
        if (at == text.Length || text[at..].Contains('<'))
            return null;
        Word end = word.Slice(at);
        if (Unquoter.IsPlain(end))
            return new HeredocStart(word, end.Text, Expands: true, stripsTabs, descriptor);
        ExpandedWord plain = Unquoter.Expand(end, VariableSet.Empty);
        ExpandedWord quoted = QuoteKeeper.Expand(end, VariableSet.Empty);
        if (plain.Problem is not null || plain.Words is not [string name] || quoted.Words is not [string written])
            return null;
        return new HeredocStart(word, name, CountQuotes(name) == CountQuotes(written), stripsTabs, descriptor);
    }

    private static int CountQuotes(string text) => text.Count(static c => c is '\'' or '"');

    private static Heredoc ReadDocument(HeredocStart start, SourceText source, LineCursor lines, DiagnosticBag diagnostics)
    {
        int from = lines.Position;
        SourceSpan? near = null;
        for (; !lines.IsAtEnd; lines.Advance())
        {
            PhysicalLine line = lines.Current;
            ReadOnlySpan<char> text = source.Text.AsSpan(line.Start, line.End - line.Start);
            if ((start.StripsTabs ? text.TrimStart('\t') : text).SequenceEqual(start.Name))
            {
                Word body = Word.FromSource(source.SpanOf(from, line.Start - from));
                lines.Advance();
                return new Heredoc(start, body, line.ContentSpan);
            }
            if (near is null && text.Trim().SequenceEqual(start.Name))
                near = line.ContentSpan;
        }
        string message = diagnostics.IsFull ? "" : $"the end word {Quoted.Of(start.Name)} of this heredoc is missing";
        string cause = near is { } found ? $"line {found.Line} has white space around it; " : "";
        diagnostics.Error(DiagnosticCodes.UnterminatedHeredoc, start.Marker.Span, message, cause + "the end word stands alone on its line");
        return new Heredoc(start, Word.FromSource(source.SpanOf(from, source.Text.Length - from)), source.SpanOf(source.Text.Length, 0));
    }
}
