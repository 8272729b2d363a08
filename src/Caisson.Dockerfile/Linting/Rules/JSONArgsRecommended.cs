using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>JSONArgsRecommended.</summary>
internal static class JSONArgsRecommended
{
    public static CheckRule Rule { get; } = new(nameof(JSONArgsRecommended), "CMD and ENTRYPOINT are JSON arrays, so that signals reach the program", Find)
    {
        Url = CheckRule.UrlOf("json-args-recommended"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedStage stage in file.Stages)
        {
            bool hasShell = stage.HasShell;
            foreach (CheckedInstruction step in stage.Instructions)
            {
                Instruction instruction = step.Syntax;
                hasShell |= instruction is ShellInstruction;
                if (!hasShell && LineOf(instruction) is { } line)
                    yield return FindingOf(instruction, line);
            }
        }
    }

    private static Finding FindingOf(Instruction instruction, Word line)
    {
        string name = instruction.Keyword.Text.ToUpperInvariant();
        SourceSpan where = line.IsEmpty ? instruction.Keyword.Span : line.Span;
        string hint = $"write a JSON array, as in {name} [\"program\", \"argument\"]; if a shell is meant, say which with SHELL";
        return new Finding(instruction, where, $"{name} runs in a shell, which does not pass signals on", hint);
    }

    private static Word? LineOf(Instruction instruction) => instruction switch
    {
        CmdInstruction { Command: CommandForm.Shell shell } => shell.Line,
        EntrypointInstruction { Command: CommandForm.Shell shell } => shell.Line,
        _ => null,
    };
}
