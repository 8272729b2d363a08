using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting;

/// <summary>What the checks came to.</summary>
public sealed record CheckReport
{
    /// <summary>What is against a rule that is followed here, by place.</summary>
    public ImmutableArray<CheckWarning> Warnings { get; init; } = [];

    /// <summary>What else was found while checking: instructions that cannot be carried out, and wrong steering of the checks.</summary>
    public ImmutableArray<Diagnostic> Others { get; init; } = [];

    /// <summary>True when <c># check=error=true</c> asks that warnings fail the build.</summary>
    public bool FailsOnFinding { get; init; }

    /// <summary>The stages whose base nobody could say anything of: rules that need to know it kept silent about them.</summary>
    public ImmutableArray<CheckedStage> Unknown { get; init; } = [];

    /// <summary>All of it as people read it, by place.</summary>
    public ImmutableArray<Diagnostic> Diagnostics =>
        [.. Warnings.Select(static w => w.ToDiagnostic()).Concat(Others).OrderBy(static d => d.Where?.Start ?? int.MaxValue)];

    /// <summary>The error that warnings are where they fail the build; null when there are none, or when they do not.</summary>
    public Diagnostic? Failure => FailsOnFinding ? FailureOf(Warnings) : null;

    /// <summary>The error that warnings are for those who ask that there be none; null when there are none.</summary>
    /// <param name="warnings">The warnings.</param>
    public static Diagnostic? FailureOf(ImmutableArray<CheckWarning> warnings)
    {
        if (warnings.IsEmpty)
            return null;
        string rules = string.Join(", ", warnings.Select(static w => w.Rule.Name).Distinct().Order(StringComparer.Ordinal));
        return new Diagnostic(
            DiagnosticCodes.ChecksFailed, Severity.Error, $"warnings are errors here: {rules}", null,
            "correct them, or skip a rule with # check=skip=RULE above its instruction");
    }
}
