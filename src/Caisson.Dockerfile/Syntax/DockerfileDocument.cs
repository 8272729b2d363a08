using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A Dockerfile as a tree. Immutable.</summary>
public sealed record DockerfileDocument
{
    internal DockerfileDocument(SourceText source, ImmutableArray<SyntaxElement> elements, char escape)
    {
        Source = source;
        Elements = elements;
        Escape = escape;
        Instructions = [.. elements.OfType<Instruction>()];
        Directives = [.. elements.OfType<Directive>()];
    }

    /// <summary>The text that was read.</summary>
    public SourceText Source { get; }

    /// <summary>All parts of the file in order; side by side they cover it, a byte-order mark aside.</summary>
    public ImmutableArray<SyntaxElement> Elements { get; }

    /// <summary>The instructions in order, <see cref="MalformedInstruction"/> where one could not be read.</summary>
    public ImmutableArray<Instruction> Instructions { get; }

    /// <summary>The parser directives in order.</summary>
    public ImmutableArray<Directive> Directives { get; }

    /// <summary>The character that continues lines and escapes: backslash or backtick.</summary>
    public char Escape { get; }

    /// <summary>What the <c>check</c> directive says; <see cref="CheckOptions.None"/> without one.</summary>
    public CheckOptions Checks { get; internal init; } = CheckOptions.None;

    /// <summary>The original text, put together from the elements.</summary>
    public string ToSource()
    {
        StringBuilder text = new(Source.Text.Length);
        text.Append(Source.Text.AsSpan(0, Source.ContentStart));
        foreach (SyntaxElement element in Elements)
            text.Append(Source.Text.AsSpan(element.FullSpan.Start, element.FullSpan.Length));
        return text.ToString();
    }
}
