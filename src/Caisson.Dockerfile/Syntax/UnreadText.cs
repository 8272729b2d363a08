using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>The part of a file that was not read because a limit was reached; an error says which.</summary>
public sealed record UnreadText : SyntaxElement
{
    internal UnreadText(SourceSpan fullSpan)
        : base(fullSpan)
    {
    }
}
