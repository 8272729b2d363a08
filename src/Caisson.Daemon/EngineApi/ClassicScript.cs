using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Daemon.EngineApi;

/// <summary>The instructions of a Dockerfile in the order in which the classic builder tells of them: all down to the target's last.</summary>
/// <remarks>moby, daemon/builder/dockerfile/builder.go.</remarks>
internal sealed class ClassicScript
{
    private readonly BoundDockerfile _bound;

    private ClassicScript(BoundDockerfile bound, ImmutableArray<ClassicStep> steps)
    {
        _bound = bound;
        Steps = steps;
        Total = steps.Length;
    }

    /// <summary>The steps; once a base image is known, with those that it triggers.</summary>
    public ImmutableArray<ClassicStep> Steps { get; private set; }

    /// <summary>How many of them the Dockerfile holds.</summary>
    public int Total { get; }

    /// <summary>Which of those a step is, counted from 1.</summary>
    public int NumberOf(ClassicStep step) => Steps.TakeWhile(s => s != step).Count(static s => !s.IsTrigger) + 1;

    /// <summary>Reads it; null when it cannot be built, which the build itself says.</summary>
    public static ClassicScript? Read(SourceText dockerfile, BuildQuery query)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(dockerfile);
        if (parsed.HasErrors)
            return null;
        BoundDockerfile bound = Binder.Bind(parsed.Document, new BindingOptions { Target = query.Request.Target, Arguments = query.Request.Arguments });
        if (bound.HasErrors || bound.Target is not { } target)
            return null;
        HashSet<int> needed = [.. bound.Needed.Select(static s => s.Index)];
        ImmutableArray<ClassicStep>.Builder steps = ImmutableArray.CreateBuilder<ClassicStep>();
        foreach (Instruction instruction in parsed.Document.Instructions.TakeWhile(static i => i is not FromInstruction))
            steps.Add(new ClassicStep(instruction.Header.Line.Text.Trim(), -1, instruction));
        foreach (BoundStage stage in bound.Stages.Where(s => s.Index <= target.Index))
        {
            bool isLeftOut = !needed.Contains(stage.Index);
            steps.Add(new ClassicStep(stage.From.Header.Line.Text.Trim(), stage.Index, stage.From) { IsLeftOut = isLeftOut, IsImage = stage.Base is ContentSource.Image });
            foreach (BoundInstruction instruction in stage.Instructions)
                steps.Add(new ClassicStep(instruction.Syntax.Header.Line.Text.Trim(), stage.Index, instruction.Syntax) { IsLeftOut = isLeftOut });
        }
        foreach ((string name, string value) in query.Request.Labels.OrderBy(static l => l.Key, StringComparer.Ordinal))
            steps.Add(new ClassicStep($"LABEL {name}={value}", target.Index, instruction: null));
        return new ClassicScript(bound, steps.ToImmutable());
    }

    /// <summary>The image of a FROM is known: every stage upon it has its triggers from now on.</summary>
    public void Trigger(ClassicStep from, ClassicBase image)
    {
        string name = _bound.Stages[from.Stage].BaseName;
        foreach (ClassicStep begin in Steps.Where(s => s is { IsImage: true, Base: null } && _bound.Stages[s.Stage].BaseName == name).ToArray())
        {
            begin.Base = image;
            if (begin.IsLeftOut)
                continue;
            IEnumerable<ClassicStep> triggers = _bound.BindTriggers(_bound.Stages[begin.Stage], image.Triggers).Instructions
                .Select(i => new ClassicStep(i.Syntax.Header.Line.Text.Trim(), begin.Stage, i.Syntax) { IsTrigger = true });
            Steps = Steps.InsertRange(Steps.IndexOf(begin) + 1, triggers);
        }
    }

    /// <summary>The step that a place in the Dockerfile belongs to; null when it is in no step.</summary>
    /// <param name="where">The place.</param>
    /// <param name="stage">The name of the stage: for what a base image triggers, whose place is elsewhere.</param>
    public ClassicStep? Find(SourceSpan? where, string stage)
    {
        if (where is not { } span)
            return null;
        if (ReferenceEquals(span.Source, _bound.Document.Source))
            return Steps.FirstOrDefault(s => s is { IsTrigger: false, Instruction: { } i } && i.FullSpan.Start <= span.Start && span.Start < i.FullSpan.End);
        return Steps.FirstOrDefault(s => s is { IsTrigger: true, HasBegun: false } && s.Instruction!.FullSpan.Source.Text == span.Source.Text && _bound.Stages[s.Stage].DisplayName == stage); // a trigger is an instruction
    }

    /// <summary>The stage that a stage begins with; null when it is none.</summary>
    public int? BaseOf(int stage) => _bound.Stages[stage].Base is ContentSource.Stage parent ? parent.Value.Index : null;
}
