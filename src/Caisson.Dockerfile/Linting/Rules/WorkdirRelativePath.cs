using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>WorkdirRelativePath.</summary>
internal static class WorkdirRelativePath
{
    public static CheckRule Rule { get; } = new(nameof(WorkdirRelativePath), "The first WORKDIR of a Dockerfile is an absolute path", Find)
    {
        Url = CheckRule.UrlOf("workdir-relative-path"),
    };

    // Once one WORKDIR is absolute, those that follow it, in stages upon the stage too, may be relative to it.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedStage stage in file.Stages.Where(static s => !s.HasWorkdir))
        {
            if (stage.Instructions.FirstOrDefault(static i => i.Syntax is WorkdirInstruction) is not { Evaluation.Step: Step.Workdir step } first)
                continue;
            bool isGuess = !first.IsKnown && first.UndefinedUses.Any();
            bool isWindows = stage.Stage.Platform?.StartsWith("windows", StringComparison.OrdinalIgnoreCase) == true;
            if (isGuess || IsAbsolute(step.Path, isWindows))
                continue;
            string message = $"{Quoted.Of(step.Path)} is relative to a directory that the base image chooses";
            SourceSpan where = ((WorkdirInstruction)first.Syntax).Path.Span;
            yield return new Finding(first.Syntax, where, message, $"write the whole path, as in WORKDIR /{step.Path.TrimStart('.', '/')}");
        }
    }

    private static bool IsAbsolute(string path, bool isWindows) =>
        path.StartsWith('/') || (isWindows && (path.StartsWith('\\') || path is [_, ':', '/' or '\\', ..]));
}
