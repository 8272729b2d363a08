using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A comment line, by itself or between the continued lines of an instruction.</summary>
public sealed record Comment : SyntaxElement
{
    internal Comment(SourceSpan fullSpan, SourceSpan span)
        : base(fullSpan) => Span = span;

    /// <summary>From the <c>#</c> to the last character before the line end.</summary>
    public SourceSpan Span { get; }

    /// <summary>What follows the <c>#</c>, without white space around it.</summary>
    public string Text => Span.Source.Text.AsSpan(Span.Start + 1, Span.Length - 1).Trim().ToString();

    /// <summary>What follows the first <c>=</c>, up to the next blank: the part that has a meaning in <c># check=…</c>.</summary>
    internal string CheckArgument => Text[(Text.IndexOf('=', StringComparison.Ordinal) + 1)..].TrimStart().Split(' ', 2)[0];
}
