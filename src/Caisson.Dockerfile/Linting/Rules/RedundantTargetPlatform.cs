using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>RedundantTargetPlatform.</summary>
internal static class RedundantTargetPlatform
{
    private const string Variable = "TARGETPLATFORM";

    public static CheckRule Rule { get; } = new(nameof(RedundantTargetPlatform), "FROM does not say --platform=$TARGETPLATFORM, which is so anyway", Find)
    {
        Url = CheckRule.UrlOf("redundant-target-platform"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        if (!file.Bound.GlobalArguments.TryGet(Variable, out string? target))
            yield break;
        foreach (BoundStage stage in file.Bound.Stages.Where(s => s.Platform == target))
        {
            ImmutableArray<VariableUse> uses = stage.PlatformUses;
            if (uses.IsEmpty || uses.Any(static u => u.Name != Variable || !u.IsDefined))
                continue;
            string message = $"{Quoted.Of(stage.From.Platform?.Text)} is the platform that a stage is for anyway";
            yield return new Finding(stage.From, uses[0].Where, message, "leave --platform out");
        }
    }
}
