using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>A stage with its instructions evaluated, as a rule reads it.</summary>
public sealed class CheckedStage
{
    internal CheckedStage(BoundStage stage, CheckedStage? parent, BaseImage? image, ImmutableArray<CheckedInstruction> instructions)
    {
        Stage = stage;
        Parent = parent;
        Image = image;
        Instructions = instructions;
        HasShell = image?.HasShell ?? (parent is not null && (parent.HasShell || parent.OfType<ShellInstruction>().Any()));
        HasWorkdir = parent is not null && (parent.HasWorkdir || parent.OfType<WorkdirInstruction>().Any());
    }

    /// <summary>The stage.</summary>
    public BoundStage Stage { get; }

    /// <summary>The stage that this one is based on; null when it is based on something else.</summary>
    public CheckedStage? Parent { get; }

    /// <summary>The image that it is based on; null when it is based on something else, or when nothing is known of the image.</summary>
    public BaseImage? Image { get; }

    /// <summary>True when it is based on an image that nothing is known of.</summary>
    public bool IsUnknown => Image is null && Stage.Base is ContentSource.Image or ContentSource.NamedContext;

    /// <summary>True when variables are used in it that nothing sets, as far as is known, and that something unknown may set.</summary>
    public bool IsUnsettled => Instructions.Any(static i => !i.IsKnown && i.UndefinedUses.Any());

    /// <summary>True when SHELL has been set before the stage's first instruction.</summary>
    public bool HasShell { get; }

    /// <summary>True when the Dockerfile has set WORKDIR before the stage's first instruction.</summary>
    public bool HasWorkdir { get; }

    /// <summary>The instructions in the order in which they are carried out: triggers of the stage below, then its own.</summary>
    public ImmutableArray<CheckedInstruction> Instructions { get; }

    /// <summary>The instructions of one kind, in order.</summary>
    public IEnumerable<T> OfType<T>()
        where T : Instruction => Instructions.Select(static i => i.Syntax).OfType<T>();
}
