using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>One or more lines with nothing but white space.</summary>
public sealed record BlankLines : SyntaxElement
{
    internal BlankLines(SourceSpan fullSpan)
        : base(fullSpan)
    {
    }
}
