using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>What there is to say about a Dockerfile before it is built.</summary>
/// <param name="Parsed">Its tree.</param>
/// <param name="Bound">Its stages.</param>
/// <param name="Report">What the checks came to.</param>
public sealed record CheckResult(ParsedDockerfile Parsed, BoundDockerfile Bound, CheckReport Report)
{
    /// <summary>The base images that nothing is known of and that may set variables which are used, each with the reason.</summary>
    public ImmutableArray<UnknownBase> UnknownBases { get; init; } = [];

    /// <summary>What the files of the build context and the registries say.</summary>
    public ImmutableArray<Diagnostic> Missing { get; init; } = [];

    /// <summary>Everything, by place: what two found, once, and no warning of a check where an error says it.</summary>
    public ImmutableArray<Diagnostic> Diagnostics
    {
        get
        {
            Diagnostic[] others =
            [
                .. Parsed.Diagnostics.Concat(Bound.Diagnostics)
                    .Concat(Report.Others)
                    .Concat(Report.UnusedArguments.Select(static a => a.ToDiagnostic()))
                    .Concat(Missing)
                    .DistinctBy(static d => (d.Code, d.Where?.Source, d.Where?.Start, d.Where is null ? d.Message : null)),
            ];
            SourceSpan[] errors = [.. others.Where(static d => d.IsError).Select(static d => d.Where).OfType<SourceSpan>()];
            IEnumerable<CheckWarning> warnings = Report.Warnings.Where(w => !Array.Exists(errors, e => Covers(e, w.Finding.Where)));
            return [.. others.Concat(warnings.Select(static w => w.ToDiagnostic())).OrderBy(static d => d.Where?.Start ?? int.MaxValue)];
        }
    }

    /// <summary>What keeps the Dockerfile from being built, by place; warnings that are errors are not among it.</summary>
    public IEnumerable<Diagnostic> Errors => Diagnostics.Where(static d => d.IsError);

    private static bool Covers(SourceSpan error, SourceSpan warning) =>
        error.Source == warning.Source && error.Start <= warning.Start && warning.End <= error.End;
}
