using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>StageNameCasing.</summary>
internal static class StageNameCasing
{
    public static CheckRule Rule { get; } = new(nameof(StageNameCasing), "Names of stages are written in lower case", Find)
    {
        Url = CheckRule.UrlOf("stage-name-casing"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (BoundStage stage in file.Bound.Stages)
        {
            FromInstruction from = stage.From;
            if (from is not { Name: { } name, StageName: { } lower } || name.Text == lower)
                continue;
            string hint = $"write {Quoted.Of(lower)}; whoever refers to the stage may write it either way";
            yield return new Finding(from, name.Span, $"the name of the stage {Quoted.Of(name.Text)} has capital letters", hint);
        }
    }
}
