using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A document that follows its instruction, from <c>&lt;&lt;NAME</c> to a line that is <c>NAME</c>.</summary>
public sealed record Heredoc
{
    internal Heredoc(HeredocStart start, Word body, SourceSpan terminator)
    {
        Start = start;
        Body = body;
        Terminator = terminator;
    }

    /// <summary>The end word, quotes and escapes resolved; also the name of the file that COPY and ADD make.</summary>
    public string Name => Start.Name;

    /// <summary>True when no part of the end word was quoted: variables in the body are expanded (COPY and ADD only).</summary>
    public bool Expands => Start.Expands;

    /// <summary>True for <c>&lt;&lt;-</c>: tabs at the beginning of lines do not count.</summary>
    public bool StripsTabs => Start.StripsTabs;

    /// <summary>The number before <c>&lt;&lt;</c>: the descriptor that the document is given to; 0 without one.</summary>
    public int Descriptor => Start.Descriptor;

    /// <summary>The word that announces the document.</summary>
    public Word Marker => Start.Marker;

    /// <summary>The lines as they stand in the file, line ends included.</summary>
    public Word Body { get; }

    /// <summary>The end word that closes the document; empty when it is missing.</summary>
    public SourceSpan Terminator { get; }

    /// <summary>The document's content: the lines, for <c>&lt;&lt;-</c> without the tabs they begin with.</summary>
    public string Content => ContentWord.Text;

    internal HeredocStart Start { get; }

    /// <summary>The content with the places of its characters.</summary>
    internal Word ContentWord => StripsTabs ? WithoutLeadingTabs(Body) : Body;

    private static Word WithoutLeadingTabs(Word body)
    {
        WordBuilder kept = new(body.Source, body.Span.Start);
        int from = 0;
        while (from < body.Length)
        {
            int lineEnd = body.Text.IndexOf('\n', from);
            int end = lineEnd < 0 ? body.Length : lineEnd + 1;
            int start = end - body.Text.AsSpan(from, end - from).TrimStart('\t').Length;
            kept.Append(body.Text.AsSpan(start, end - start), body.PlaceOf(start));
            from = end;
        }
        return kept.ToWord();
    }
}
