using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>A stage before its references are resolved.</summary>
internal sealed record StageOutline(int Index, FromInstruction From, ImmutableArray<Instruction> Instructions)
{
    public string? Name => From.StageName;

    public string DisplayName => Name ?? $"stage-{Index}";

    /// <summary>Cuts a document into its stages; <paramref name="globals"/> are the ARGs before the first.</summary>
    public static ImmutableArray<StageOutline> Cut(
        DockerfileDocument document, DiagnosticBag diagnostics, out ImmutableArray<ArgInstruction> globals)
    {
        var before = ImmutableArray.CreateBuilder<ArgInstruction>();
        var stages = ImmutableArray.CreateBuilder<StageOutline>();
        bool isLost = false;
        int at = 0;
        for (; at < document.Instructions.Length && document.Instructions[at] is not FromInstruction; at++)
        {
            Instruction instruction = document.Instructions[at];
            isLost |= instruction is MalformedInstruction;
            if (instruction is ArgInstruction argument)
                before.Add(argument);
            else if (!isLost)
                ReportHomeless(instruction, diagnostics);
        }
        while (at < document.Instructions.Length)
        {
            int end = at + 1;
            while (end < document.Instructions.Length && document.Instructions[end] is not FromInstruction)
                end++;
            ImmutableArray<Instruction> own = document.Instructions[(at + 1)..end];
            stages.Add(new StageOutline(stages.Count, (FromInstruction)document.Instructions[at], own));
            at = end;
        }
        if (stages.Count == 0 && !isLost && before.Count > 0 && !diagnostics.HasErrors)
            diagnostics.Error(DiagnosticCodes.NoStages, null, $"{document.Source.Name} has no stage", "begin with FROM");
        globals = before.ToImmutable();
        return stages.ToImmutable();
    }

    private static void ReportHomeless(Instruction instruction, DiagnosticBag diagnostics) => diagnostics.Error(
        DiagnosticCodes.InstructionBeforeFrom,
        instruction.Keyword.Span,
        $"{instruction.Keyword.Text.ToUpperInvariant()} stands before the first FROM",
        "only ARG may stand there");
}
