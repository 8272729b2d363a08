using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>MultipleInstructionsDisallowed.</summary>
internal static class MultipleInstructionsDisallowed
{
    public static CheckRule Rule { get; } = new(nameof(MultipleInstructionsDisallowed), "A stage has one CMD, one ENTRYPOINT and one HEALTHCHECK at most", Find)
    {
        Url = CheckRule.UrlOf("multiple-instructions-disallowed"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedStage stage in file.Stages)
        {
            Dictionary<InstructionKind, Instruction> last = [];
            foreach (CheckedInstruction step in stage.Instructions)
            {
                Instruction instruction = step.Syntax;
                if (instruction.Kind is not (InstructionKind.Cmd or InstructionKind.Entrypoint or InstructionKind.Healthcheck))
                    continue;
                if (last.TryGetValue(instruction.Kind, out Instruction? before))
                    yield return FindingOf(before, instruction);
                last[instruction.Kind] = instruction;
            }
        }
    }

    private static Finding FindingOf(Instruction before, Instruction after)
    {
        string message = $"this {before.Keyword.Text.ToUpperInvariant()} has no effect: the one at line {after.Span.Line} takes its place";
        return new Finding(after, before.Keyword.Span, message, "keep one of them") { Other = before };
    }
}
