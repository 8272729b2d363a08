using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting;

/// <summary>Something that is against a rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Finding">What it found.</param>
public sealed record CheckWarning(CheckRule Rule, Finding Finding)
{
    /// <summary>The same as people read it; its code is the rule's name.</summary>
    public Diagnostic ToDiagnostic() => new(Rule.Name, Severity.Warning, Finding.Message, Finding.Where, Finding.Hint);
}
