using System.Collections.Immutable;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates RUN.</summary>
internal static class RunSteps
{
    public static Step Read(StepEvaluator evaluator)
    {
        RunInstruction run = StepTable.Syntax<RunInstruction>(evaluator);
        RunScript script = run.Script;
        if (script is RunScript.Exec { Arguments.IsEmpty: true })
            evaluator.Fail(DiagnosticCodes.EmptyCommand, run.Header.Arguments, "RUN names no program", "write the program and its arguments: RUN [\"program\", \"argument\"]");
        var mounts = ImmutableArray.CreateBuilder<BoundMount>(run.Mounts.Length);
        for (int i = 0; i < run.Mounts.Length; i++)
        {
            if (MountReader.Read(run.Mounts[i], evaluator.TryText, evaluator.Diagnostics) is { } mount)
                mounts.Add(new BoundMount(mount, SourceOf(mount, evaluator.Bound.MountSources[i])));
        }
        return new Step.Run(script, mounts.DrainToImmutable())
        {
            Origin = evaluator.Bound,
            Network = run.Network,
            Security = run.Security,
            Devices = run.Devices,
        };
    }

    private static ContentSource? SourceOf(Mount mount, ContentSource? from) => mount switch
    {
        Mount.Bind => from ?? new ContentSource.BuildContext(),
        Mount.Cache => from ?? new ContentSource.Scratch(),
        _ => null,
    };
}
