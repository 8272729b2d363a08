using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting;

/// <summary>What the checks came to.</summary>
public sealed record CheckReport
{
    /// <summary>What is against a rule that is followed here, by place.</summary>
    public ImmutableArray<CheckWarning> Warnings { get; init; } = [];

    /// <summary>What else was found while checking: instructions that cannot be carried out, and wrong steering of the checks.</summary>
    public ImmutableArray<Diagnostic> Others { get; init; } = [];

    /// <summary>The build arguments that no ARG declares, neither of the Dockerfile nor of the triggers of images that are known.</summary>
    public ImmutableArray<UnusedArgument> UnusedArguments { get; init; } = [];

    /// <summary>True when <c># check=error=true</c> asks that warnings fail the build.</summary>
    public bool FailsOnFinding { get; init; }

    /// <summary>The stages upon images that nothing is known of and that may set variables which are used: nothing is said of those.</summary>
    public ImmutableArray<CheckedStage> Unknown { get; init; } = [];

    /// <summary>The stages that were looked at, with their instructions evaluated.</summary>
    public ImmutableArray<CheckedStage> Stages { get; init; } = [];

    /// <summary>All of it as people read it, by place.</summary>
    public ImmutableArray<Diagnostic> Diagnostics =>
        [.. Warnings.Select(static w => w.ToDiagnostic()).Concat(Others).Concat(UnusedArguments.Select(static a => a.ToDiagnostic())).OrderBy(static d => d.Where?.Start ?? int.MaxValue)];

    /// <summary>The error that warnings are where they fail the build; null when there are none, or when they do not.</summary>
    public Diagnostic? Failure => FailsOnFinding ? FailureOf(Warnings.Select(static w => w.Rule.Name)) : null;

    /// <summary>The error that warnings are for those who ask that there be none; null when there are none.</summary>
    /// <param name="codes">The codes of the warnings.</param>
    public static Diagnostic? FailureOf(IEnumerable<string> codes)
    {
        string found = string.Join(", ", codes.Distinct().Order(StringComparer.Ordinal));
        const string Hint = "correct them, or skip a rule with # check=skip=RULE above its instruction";
        return found.Length == 0 ? null : new Diagnostic(DiagnosticCodes.ChecksFailed, Severity.Error, $"warnings are errors here: {found}", null, Hint);
    }
}
