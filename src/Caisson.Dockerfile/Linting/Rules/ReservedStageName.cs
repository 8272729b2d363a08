using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>ReservedStageName.</summary>
internal static class ReservedStageName
{
    public static CheckRule Rule { get; } = new(nameof(ReservedStageName), "No stage is named scratch or context", Find)
    {
        Url = CheckRule.UrlOf("reserved-stage-name"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (BoundStage stage in file.Bound.Stages)
        {
            FromInstruction from = stage.From;
            if (from is not { Name: { } word, StageName: "scratch" or "context" })
                continue;
            string message = $"{Quoted.Of(word.Text.ToLowerInvariant())} has a meaning of its own and names a stage here";
            yield return new Finding(from, word.Span, message, "give the stage another name");
        }
    }
}
