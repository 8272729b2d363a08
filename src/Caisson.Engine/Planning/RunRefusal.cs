using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Planning;

/// <summary>What a build says that has a RUN where no program can be run. It says so before it fetches or copies anything.</summary>
internal sealed class RunRefusal
{
    private readonly RungObstacle _obstacle;

    private RunRefusal(RungObstacle obstacle) => _obstacle = obstacle;

    /// <summary>The refusal of a process on a rung of the ladder; null where programs can be run.</summary>
    public static RunRefusal? Of(Ladder ladder) => ladder.Rung == Rung.FilesOnly ? new RunRefusal(ladder.Above[^1]) : null;

    /// <summary>Looks for a RUN in the stages that a build needs.</summary>
    /// <exception cref="BuildException">There is one.</exception>
    public void Check(ImmutableArray<BoundStage> needed)
    {
        foreach (BoundStage stage in needed)
        {
            foreach (BoundInstruction instruction in (IEnumerable<BoundInstruction>)[.. stage.Triggers, .. stage.Instructions])
            {
                if (instruction.Syntax.Kind == InstructionKind.Run)
                    throw At(instruction.Syntax.Span);
            }
        }
    }

    /// <summary>Says it of one place.</summary>
    /// <param name="where">The RUN; null for a program that no Dockerfile asks for.</param>
    public BuildException At(SourceSpan? where) => new(
    [
        new Diagnostic(
            EngineCodes.ProgramsImpossible,
            Severity.Error,
            $"no program can be run here, for want of a user namespace: {_obstacle.Reason}",
            where,
            $"{_obstacle.Cure}; builds without RUN work as they are"),
    ]);
}
