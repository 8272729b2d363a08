using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>Evaluates the instructions of stages, from the first stage to the last, with what is known of their bases.</summary>
internal sealed class StageWalk(BoundDockerfile bound, CheckInput input, DiagnosticBag diagnostics)
{
    private readonly Dictionary<BoundStage, (CheckedStage Stage, State End)> _done = [];
    private readonly HashSet<(string Code, int Start)> _reported = [];
    private readonly List<BoundInstruction> _imageTriggers = [];

    /// <summary>The triggers of the images that stages are based on, as far as those are known and walked.</summary>
    public IReadOnlyList<BoundInstruction> ImageTriggers => _imageTriggers;

    public ImmutableArray<CheckedStage> Walk()
    {
        ImmutableArray<BoundStage> stages = input.NeededOnly && bound.Target is not null ? bound.Needed : bound.Stages;
        return [.. stages.Select(Walk)];
    }

    private CheckedStage Walk(BoundStage stage)
    {
        (CheckedStage? parent, State state) = Begin(stage);
        var instructions = ImmutableArray.CreateBuilder<CheckedInstruction>(stage.Triggers.Length + stage.Instructions.Length);
        foreach (BoundInstruction instruction in stage.Triggers.AddRange(stage.Instructions))
        {
            Evaluation evaluation = state.Scope.Evaluate(instruction);
            instructions.Add(new CheckedInstruction(instruction, state.Scope, evaluation) { IsKnown = state.IsKnown });
            if (state.IsCertain(evaluation))
                Report(evaluation);
            state = state.After(instruction.Syntax, evaluation);
        }
        CheckedStage done = new(stage, parent, input.Bases.GetValueOrDefault(stage.Index), instructions.MoveToImmutable());
        _done.Add(stage, (done, state));
        return done;
    }

    private (CheckedStage? Parent, State Begin) Begin(BoundStage stage)
    {
        if (stage.Base is ContentSource.Stage { Value: var below })
        {
            (CheckedStage parent, State end) = _done[below];
            return (parent, end with { Scope = end.Scope.Inherit() });
        }
        BaseImage? image = input.Bases.GetValueOrDefault(stage.Index);
        StageScope scope = bound.BeginScope(image?.Environment ?? VariableSet.Empty);
        // The triggers of an image count for what they set; nobody who reads this Dockerfile can correct them.
        if (image is { Triggers.IsEmpty: false })
        {
            ImmutableArray<BoundInstruction> triggers = bound.BindTriggers(stage, image.Triggers).Instructions;
            _imageTriggers.AddRange(triggers);
            scope = triggers.Aggregate(scope, static (s, i) => s.Evaluate(i).Scope);
        }
        return (null, new State(scope, image is not null || stage.Base is ContentSource.Scratch, IsGuess: false));
    }

    // A trigger is evaluated once for each stage that it is carried out in.
    private void Report(Evaluation evaluation)
    {
        foreach (Diagnostic diagnostic in evaluation.Diagnostics)
        {
            if (_reported.Add((diagnostic.Code, diagnostic.Where?.Start ?? -1)))
                diagnostics.Add(diagnostic);
        }
    }

    // IsKnown: no variable is set that we do not see. IsGuess: a variable got its value from one that we do not see.
    private readonly record struct State(StageScope Scope, bool IsKnown, bool IsGuess)
    {
        public bool IsCertain(Evaluation evaluation) =>
            IsKnown || (evaluation.UndefinedUses.IsEmpty && !(IsGuess && !evaluation.Uses.IsEmpty));

        public State After(Instruction instruction, Evaluation evaluation) => new(
            evaluation.Scope,
            IsKnown && instruction is not MalformedInstruction,
            IsGuess || (!IsCertain(evaluation) && instruction is EnvInstruction or ArgInstruction));
    }
}
