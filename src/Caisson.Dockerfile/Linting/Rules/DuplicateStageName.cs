using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>DuplicateStageName.</summary>
internal static class DuplicateStageName
{
    public static CheckRule Rule { get; } = new(nameof(DuplicateStageName), "No two stages have the same name", Find)
    {
        Url = CheckRule.UrlOf("duplicate-stage-name"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (BoundStage stage in file.Bound.Stages)
        {
            FromInstruction from = stage.From;
            if (from is not { Name: { } word, StageName: { } name } || lines.TryAdd(name, word.Span.Line))
                continue;
            string hint = $"line {lines[name]} has it too; what refers to it means the later one";
            yield return new Finding(from, word.Span, $"{Quoted.Of(name)} names two stages", hint);
        }
    }
}
