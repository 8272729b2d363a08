using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>A Dockerfile as rules read it. Immutable.</summary>
public sealed class CheckedDockerfile
{
    internal CheckedDockerfile(BoundDockerfile bound, CheckInput input, ImmutableArray<CheckedStage> stages)
    {
        Bound = bound;
        Stages = stages;
        Evaluated = [.. stages.SelectMany(static s => s.Instructions)];
        Ignore = input.Ignore;
        Globals = [.. bound.Document.Instructions.TakeWhile(static i => i is not FromInstruction).OfType<ArgInstruction>()];
    }

    /// <summary>The Dockerfile with all of its stages.</summary>
    public BoundDockerfile Bound { get; }

    /// <summary>The instructions of the whole file, in order.</summary>
    public ImmutableArray<Instruction> Instructions => Bound.Document.Instructions;

    /// <summary>The ARGs before the first FROM.</summary>
    public ImmutableArray<ArgInstruction> Globals { get; }

    /// <summary>The stages that are carried out, with their instructions evaluated, in order.</summary>
    public ImmutableArray<CheckedStage> Stages { get; }

    /// <summary>The instructions of all stages that are carried out, in order.</summary>
    public ImmutableArray<CheckedInstruction> Evaluated { get; }

    /// <summary>The ignore file of the build context; null when there is none, or when it is not known.</summary>
    public IgnoreMatcher? Ignore { get; }

    /// <summary>The instructions of one kind in the stages that are carried out, in order.</summary>
    public IEnumerable<(CheckedInstruction Instruction, T Syntax)> Each<T>()
        where T : Instruction
    {
        foreach (CheckedInstruction instruction in Evaluated)
        {
            if (instruction.Syntax is T syntax)
                yield return (instruction, syntax);
        }
    }
}
