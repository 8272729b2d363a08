using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Finds the stages of a Dockerfile and what they refer to. Pure; never throws on bad text.</summary>
public static class Binder
{
    /// <summary>Binds a document: 1. stages, 2. global arguments, 3. every reference, 4. the target, 5. what was given in vain.</summary>
    /// <param name="document">The tree; one with errors is bound as far as it goes.</param>
    /// <param name="options">What the build adds.</param>
    public static BoundDockerfile Bind(DockerfileDocument document, BindingOptions? options = null)
    {
        options ??= new BindingOptions();
        DiagnosticBag diagnostics = new();
        ImmutableArray<StageOutline> outlines = StageOutline.Cut(document, diagnostics, out ImmutableArray<ArgInstruction> globals);

        string targetStage = options.Target ?? (outlines.IsEmpty ? null : outlines[^1].Name) ?? "default";
        VariableSet predefined = VariableSet.From(options.Platforms.ToPairs()).Set("TARGETSTAGE", targetStage);
        ScopeContext context = GlobalScope.Evaluate(document.Escape, globals, predefined, options.Arguments, diagnostics);

        StageNames names = new(outlines, document);
        StageBinder binder = new(names, context, options, diagnostics);
        ImmutableArray<BoundStage> stages = binder.BindAll();
        BoundStage? target = FindTarget(options.Target, names, stages, diagnostics);
        ReportForwardReferences(binder.ForwardReferences, names, stages, target, diagnostics);
        return new BoundDockerfile(document, options, context, names)
        {
            Stages = stages,
            Target = target,
            Diagnostics = diagnostics.ToImmutable(),
        };
    }

    private static void ReportForwardReferences(
        IReadOnlyCollection<StageReference> references, StageNames names, ImmutableArray<BoundStage> stages, BoundStage? target, DiagnosticBag diagnostics)
    {
        if (references.Count == 0)
            return;
        StageCycles cycles = new(stages, references);
        HashSet<int> needed = [.. (target is null ? stages : BoundStage.Closure([target])).Select(static s => s.Index)];
        foreach (StageReference reference in references)
        {
            // As in BuildKit, a circle is an error wherever it is, and what is only out of order where it has to be built.
            bool isError = cycles.AreCircular(reference.From, reference.To) || needed.Contains(reference.From);
            Diagnostic diagnostic = ForwardReference(reference, names, cycles);
            diagnostics.Add(isError ? diagnostic : diagnostic with { Severity = Severity.Warning });
        }
    }

    private static Diagnostic ForwardReference(StageReference reference, StageNames names, StageCycles cycles)
    {
        string user = Quoted.Of(names[reference.From].DisplayName);
        string needed = Quoted.Of(names[reference.To].DisplayName);
        bool isCircular = reference.From != reference.To && cycles.AreCircular(reference.From, reference.To);
        string code = isCircular ? DiagnosticCodes.CircularStages : DiagnosticCodes.StageOrder;
        string message = isCircular ? $"the stages {user} and {needed} need each other"
            : reference.From == reference.To ? $"the stage {user} takes files from itself"
            : $"the stage {needed} is defined further down";
        string hint = isCircular ? "one of them must do without the other"
            : reference.From == reference.To ? "files of the stage itself are copied with RUN cp"
            : $"move it above this one; it begins at line {names[reference.To].From.Span.Line}";
        return new Diagnostic(code, Severity.Error, message, reference.Where, hint);
    }

    private static BoundStage? FindTarget(string? target, StageNames names, ImmutableArray<BoundStage> stages, DiagnosticBag diagnostics)
    {
        if (target is null || stages.IsEmpty)
            return stages.IsEmpty ? null : stages[^1];
        if (names.Find(target) is { } found)
            return stages[found];
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < stages.Length)
            return stages[index];
        if (names.MayBeLost(target))
            return null;
        string? hint = Suggestion.Hint(target, names.All);
        string known = names.All.Any()
            ? $"stages are {string.Join(", ", names.All.Take(10))}"
            : "no stage has a name; write FROM image AS name";
        diagnostics.Error(DiagnosticCodes.UnknownTarget, null, $"there is no stage {Quoted.Of(target)} to build", hint ?? known);
        return null;
    }
}
