using System.Collections.Frozen;
using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>How each kind of instruction becomes a step.</summary>
internal static class StepTable
{
    private static readonly FrozenDictionary<InstructionKind, Func<StepEvaluator, Step?>> Readers =
        new Dictionary<InstructionKind, Func<StepEvaluator, Step?>>
        {
            [InstructionKind.Add] = TransferSteps.ReadAdd,
            [InstructionKind.Copy] = TransferSteps.ReadCopy,
            [InstructionKind.Run] = RunSteps.Read,
            [InstructionKind.Arg] = PairSteps.ReadArg,
            [InstructionKind.Env] = PairSteps.ReadEnv,
            [InstructionKind.Label] = PairSteps.ReadLabel,
            [InstructionKind.Expose] = PortSteps.Read,
            [InstructionKind.User] = ReadUser,
            [InstructionKind.Workdir] = ReadWorkdir,
            [InstructionKind.Volume] = ReadVolume,
            [InstructionKind.Stopsignal] = ReadStopsignal,
            [InstructionKind.Cmd] = static e => new Step.Cmd(Syntax<CmdInstruction>(e).Command) { Origin = e.Bound },
            [InstructionKind.Entrypoint] = static e => new Step.Entrypoint(Syntax<EntrypointInstruction>(e).Command) { Origin = e.Bound },
            [InstructionKind.Shell] = ReadShell,
            [InstructionKind.Healthcheck] = static e => new Step.Healthcheck(Syntax<HealthcheckInstruction>(e)) { Origin = e.Bound },
            [InstructionKind.Onbuild] = static e => new Step.Onbuild(Syntax<OnbuildInstruction>(e).Expression) { Origin = e.Bound },
            [InstructionKind.Maintainer] = static e => new Step.Maintainer(Syntax<MaintainerInstruction>(e).Name.Text) { Origin = e.Bound },
        }.ToFrozenDictionary();

    /// <summary>The step of an instruction; null for FROM and for what could not be read.</summary>
    public static Step? Read(StepEvaluator evaluator) =>
        Readers.TryGetValue(evaluator.Bound.Syntax.Kind, out Func<StepEvaluator, Step?>? read) ? read(evaluator) : null;

    public static T Syntax<T>(StepEvaluator evaluator)
        where T : Instruction => (T)evaluator.Bound.Syntax;

    private static Step.Shell ReadShell(StepEvaluator evaluator) =>
        new([.. Syntax<ShellInstruction>(evaluator).Program.Select(static w => w.Text)]) { Origin = evaluator.Bound };

    private static Step.User ReadUser(StepEvaluator evaluator) =>
        new(evaluator.Text(Syntax<UserInstruction>(evaluator).Name)) { Origin = evaluator.Bound };

    private static Step.Workdir ReadWorkdir(StepEvaluator evaluator) =>
        new Step.Workdir(evaluator.Text(Syntax<WorkdirInstruction>(evaluator).Path)) { Origin = evaluator.Bound };

    private static Step.Volume ReadVolume(StepEvaluator evaluator)
    {
        ImmutableArray<Word> words = Syntax<VolumeInstruction>(evaluator).Paths;
        ImmutableArray<string> paths = [.. words.Select(evaluator.Text)];
        foreach (Word word in words.Where((_, i) => paths[i].Length == 0 && !evaluator.Diagnostics.HasErrors))
            evaluator.Fail(DiagnosticCodes.EmptyVolume, word, $"the volume {Quoted.Of(word.Text)} expands to nothing");
        return new Step.Volume(paths) { Origin = evaluator.Bound };
    }

    private static Step.Stopsignal ReadStopsignal(StepEvaluator evaluator)
    {
        Word word = Syntax<StopsignalInstruction>(evaluator).Signal;
        string signal = evaluator.Text(word);
        if (!evaluator.Diagnostics.HasErrors && !Signals.IsKnown(signal))
        {
            string hint = Signals.HintFor(signal);
            evaluator.Fail(DiagnosticCodes.BadSignal, word, $"there is no signal {Quoted.Of(signal)}", hint);
        }
        return new Step.Stopsignal(signal) { Origin = evaluator.Bound };
    }
}
