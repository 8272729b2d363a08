using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>An instruction of a stage with its references resolved.</summary>
/// <param name="Syntax">The instruction as written.</param>
public sealed record BoundInstruction(Instruction Syntax)
{
    /// <summary>Where COPY and ADD take their files from; null for other instructions.</summary>
    public ContentSource? Source { get; init; }

    /// <summary>For each mount of RUN, what its <c>from</c> names; null where it has none.</summary>
    public ImmutableArray<ContentSource?> MountSources { get; init; } = [];

    /// <summary>True when the instruction stands behind an ONBUILD of the stage's base.</summary>
    public bool IsTrigger { get; init; }

    /// <summary>All stages that the instruction takes files from.</summary>
    public IEnumerable<BoundStage> Stages => MountSources.Append(Source).OfType<ContentSource.Stage>().Select(static s => s.Value);

    /// <summary>Adds them to a set.</summary>
    internal void AddStages(HashSet<BoundStage> stages)
    {
        if (Source is ContentSource.Stage source)
            stages.Add(source.Value);
        foreach (ContentSource? mounted in MountSources)
        {
            if (mounted is ContentSource.Stage stage)
                stages.Add(stage.Value);
        }
    }
}
