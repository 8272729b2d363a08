using System.Collections.Immutable;

namespace Caisson.Conformance.Comparison;

/// <summary>A reason why builders refuse something, and how each of them says it.</summary>
internal sealed record RefusalKind
{
    /// <summary>Its name, as in <c>unknown-flag</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The codes of Caisson's diagnostics.</summary>
    public required ImmutableArray<string> Codes { get; init; }

    /// <summary>Regular expressions for what BuildKit says.</summary>
    public required ImmutableArray<string> Messages { get; init; }
}
