using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A part of a Dockerfile: instruction, comment, directive or blank lines. Elements lie side by side and cover the file.</summary>
public abstract record SyntaxElement
{
    private protected SyntaxElement(SourceSpan fullSpan) => FullSpan = fullSpan;

    /// <summary>Everything from the end of the element before to the end of this one, white space and line end included.</summary>
    public SourceSpan FullSpan { get; }
}
