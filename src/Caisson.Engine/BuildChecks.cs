using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;

namespace Caisson.Engine;

/// <summary>What a build says about its Dockerfile: before its base images are known, and once they are.</summary>
/// <param name="events">Takes the warnings, each once.</param>
/// <param name="ignore">The ignore file of the build context.</param>
internal sealed class BuildChecks(EventLog events, IgnoreMatcher ignore)
{
    private readonly HashSet<Diagnostic> _told = [];

    /// <summary>Says what is certain whatever the base images are; what depends on them has time until they are known, unless there is an error.</summary>
    /// <exception cref="BuildException">The Dockerfile cannot be built.</exception>
    public void BeforeBases(ParsedDockerfile parsed, BoundDockerfile bound)
    {
        CheckResult result = new(parsed, bound, Linter.Default.Run(bound, InputOf([])));
        Tell(result.Errors.Any() ? result.Diagnostics : (result with { Report = result.Report with { Warnings = [], UnusedArguments = [] } }).Diagnostics);
    }

    /// <summary>Says what checks warn of, and which build arguments nobody declares.</summary>
    /// <returns>The latter.</returns>
    /// <exception cref="BuildException">A check warns of something, and the Dockerfile asks that this be an error.</exception>
    public ImmutableArray<UnusedArgument> AfterBases(BoundDockerfile bound, IEnumerable<KeyValuePair<int, BaseImage>> bases)
    {
        CheckReport report = Linter.Default.Run(bound, InputOf(bases));
        ImmutableArray<Diagnostic> warnings = [.. report.Warnings.Select(static w => w.ToDiagnostic()), .. report.UnusedArguments.Select(static a => a.ToDiagnostic())];
        Tell(report.Failure is { } failure ? warnings.Add(failure) : warnings);
        return report.UnusedArguments;
    }

    /// <summary>Shows warnings that were not shown before.</summary>
    /// <exception cref="BuildException">There is an error among them.</exception>
    public void Tell(ImmutableArray<Diagnostic> diagnostics)
    {
        ImmutableArray<Diagnostic> ordered = [.. diagnostics.OrderBy(static d => d.Where?.Start ?? int.MaxValue)];
        if (ordered.Any(static d => d.IsError))
            throw new BuildException(ordered);
        foreach (Diagnostic warning in ordered.Where(_told.Add))
            events.Add(new BuildEvent.Warning(warning) { At = events.Now });
    }

    private CheckInput InputOf(IEnumerable<KeyValuePair<int, BaseImage>> bases) =>
        new() { Bases = bases.ToImmutableDictionary(), Ignore = ignore, NeededOnly = true };
}
