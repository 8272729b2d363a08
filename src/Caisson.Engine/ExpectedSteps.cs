using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Finds the steps that <see cref="BuildRequest.ExpectedCached"/> names.</summary>
internal static class ExpectedSteps
{
    private const string All = "all";

    /// <summary>The nodes of the steps that must not run.</summary>
    /// <param name="names">What names them.</param>
    /// <param name="plans">The plans that they stand in.</param>
    /// <exception cref="BuildException">A name stands for no step of the plans.</exception>
    public static IReadOnlySet<Digest> Find(ImmutableArray<string> names, ImmutableArray<BuildPlan> plans)
    {
        HashSet<Digest> expected = [];
        foreach (string name in names)
        {
            if (name == All)
            {
                foreach (BuildPlan plan in plans)
                    AddWithAllBelow(plan.Result, expected);
                continue;
            }
            int colon = name.LastIndexOf(':');
            string stage = colon < 0 ? name : name[..colon];
            PlannedStep[] named = [.. plans.SelectMany(static p => p.Steps).Where(step => IsNamed(step, stage) && (colon < 0 || name[(colon + 1)..] == step.Number.ToString(CultureInfo.InvariantCulture)))];
            if (named.Length == 0)
                throw Unknown(name, stage, plans[0]);
            foreach (PlannedStep step in named)
                expected.Add(step.Node.Digest);
        }
        return expected;
    }

    private static bool IsNamed(PlannedStep step, string stage) =>
        step.Stage.DisplayName.Equals(stage, StringComparison.OrdinalIgnoreCase) || step.Stage.Index.ToString(CultureInfo.InvariantCulture) == stage;

    private static void AddWithAllBelow(Node node, HashSet<Digest> expected)
    {
        if (!(node.Operation.IsStep || node.Operation is Operation.Fetched) || !expected.Add(node.Digest))
            return;
        foreach (Node input in node.Inputs)
            AddWithAllBelow(input, expected);
    }

    private static BuildException Unknown(string name, string stage, BuildPlan plan)
    {
        PlannedStep[] ofStage = [.. plan.Steps.Where(step => IsNamed(step, stage))];
        string[] names = [.. plan.Steps.Select(static s => s.Stage.DisplayName).Distinct(StringComparer.Ordinal), All];
        string hint = ofStage.Length > 0
            ? $"the steps of the stage \"{ofStage[0].Stage.DisplayName}\" that change files are {string.Join(", ", ofStage.Select(static s => s.Number.ToString(CultureInfo.InvariantCulture)))}"
            : Suggestion.Hint(stage, names) ?? $"name a stage, a step of it as STAGE:NUMBER, or all; this build does steps of {string.Join(", ", names[..^1])}";
        return new BuildException(EngineCodes.UnknownStep, $"this build has no step \"{name}\" to expect in the cache", hint);
    }
}
