using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting;

/// <summary>Checks a Dockerfile against rules. Pure; changes nothing; never throws on bad text. Immutable and thread-safe.</summary>
/// <param name="rules">The rules, each with a name of its own.</param>
public sealed class Linter(ImmutableArray<CheckRule> rules)
{
    /// <summary>The build argument that takes the place of the directive <c># check=…</c>.</summary>
    public const string SteeringArgument = "BUILDKIT_DOCKERFILE_CHECK";

    /// <summary>The rules of the Dockerfile reference.</summary>
    public static Linter Default { get; } = new(CheckRules.All);

    /// <summary>The rules.</summary>
    public ImmutableArray<CheckRule> Rules { get; } = rules;

    /// <summary>Checks a file: 1. what steers the checks, 2. the variables at each instruction, 3. rule after rule.</summary>
    /// <param name="bound">The Dockerfile; one with errors is checked as far as it goes.</param>
    /// <param name="input">What is known besides.</param>
    public CheckReport Run(BoundDockerfile bound, CheckInput? input = null)
    {
        input ??= CheckInput.None;
        DiagnosticBag others = new();
        CheckSteering steering = CheckSteering.Read(bound, Rules, others);
        StageWalk walk = new(bound, input, others);
        ImmutableArray<CheckedStage> stages = walk.Walk();
        CheckedDockerfile file = new(bound, input, stages);
        return new CheckReport
        {
            Warnings = [.. Rules.SelectMany(r => FindingsOf(r, file, steering)).OrderBy(static w => w.Finding.Where.Start)],
            Others = others.ToImmutable(),
            UnusedArguments = bound.FindUnusedArguments(walk.ImageTriggers),
            Stages = stages,
            FailsOnFinding = steering.Options.FailsOnFinding,
            Unknown = [.. stages.Where(static s => s.IsUnsettled).Select(RootOf).Where(static s => s.IsUnknown).Distinct()],
        };
    }

    // More of one rule than anybody reads are not looked for.
    private static IEnumerable<CheckWarning> FindingsOf(CheckRule rule, CheckedDockerfile file, CheckSteering steering)
    {
        if (!steering.MayWant(rule))
            return [];
        return rule.Find(file)
            .Where(f => steering.Wants(rule, f))
            .DistinctBy(static f => (f.Where.Source, f.Where.Start, f.Message))
            .Take(DiagnosticBag.MaxDiagnostics)
            .Select(f => new CheckWarning(rule, f));
    }

    private static CheckedStage RootOf(CheckedStage stage)
    {
        while (stage.Parent is { } parent)
            stage = parent;
        return stage;
    }
}
