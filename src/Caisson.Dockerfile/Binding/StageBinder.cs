using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Resolves what the stages of a file refer to, from the first stage to the last.</summary>
internal sealed class StageBinder(StageNames names, ScopeContext context, BindingOptions options, DiagnosticBag diagnostics)
{
    private readonly ContextNames _contexts = new(options.NamedContexts);
    private readonly Expander _expander = new(context.Escape) { MaxLength = BindingLimits.MaxNameLength };
    private readonly List<BoundStage> _bound = [];
    private readonly List<StageReference> _forward = [];
    private int _triggers;

    /// <summary>The references to the stage itself or to one below it.</summary>
    public IReadOnlyList<StageReference> ForwardReferences => _forward;

    public ImmutableArray<BoundStage> BindAll()
    {
        for (int i = 0; i < names.Count; i++)
        {
            BoundStage stage = BindFrom(names[i]);
            names.SetBase(i, stage.BaseName);
            _bound.Add(stage.IsReplaced ? stage : BindInstructions(stage));
        }
        return [.. _bound];
    }

    /// <summary>Takes stages that are bound already, to bind more instructions against them.</summary>
    public void Reuse(IEnumerable<BoundStage> stages) => _bound.AddRange(stages);

    /// <summary>Resolves what an instruction of a stage refers to.</summary>
    public BoundInstruction Bind(Instruction instruction, int stage) => instruction switch
    {
        CopyInstruction { From: { } from } => new BoundInstruction(instruction) { Source = Resolve(from, stage) },
        CopyInstruction or AddInstruction => new BoundInstruction(instruction) { Source = new ContentSource.BuildContext() },
        RunInstruction run => new BoundInstruction(run)
        {
            MountSources = [.. run.Mounts.Select(m => m.From is { } from ? Resolve(from, stage) : null)],
        },
        _ => new BoundInstruction(instruction),
    };

    private BoundStage BindInstructions(BoundStage stage)
    {
        OnbuildInstruction[] onbuilds = stage.Base is ContentSource.Stage parent
            ? [.. parent.Value.Instructions.Select(static i => i.Syntax).OfType<OnbuildInstruction>()]
            : [];
        _triggers += onbuilds.Length;
        if (_triggers > BindingLimits.MaxTriggers)
        {
            string message = $"the stages of this file have more than {BindingLimits.MaxTriggers} ONBUILD triggers to execute";
            diagnostics.Error(DiagnosticCodes.TooManyInstructions, stage.From.Image.Span, message);
            onbuilds = [];
        }
        return stage.WithInstructions(
            [.. onbuilds.Select(o => Bind(o.Trigger, stage.Index) with { IsTrigger = true })],
            [.. names[stage.Index].Instructions.Select(i => Bind(i, stage.Index))]);
    }

    private BoundStage BindFrom(StageOutline stage)
    {
        ExpandedWord image = Expand(stage.From.Image);
        ExpandedWord? platform = stage.From.Platform is { } word ? Expand(word) : null;
        BaseNameCheck check = new(stage, context, names, diagnostics);
        check.CheckImage(image);
        if (platform is not null)
            check.CheckPlatform(platform);
        string? platformText = platform is { Text.Length: > 0 } ? platform.Text : null;
        string? replacement = stage.Name is { } name ? _contexts.Find(name, platformText ?? options.Platforms.Target) : null;
        ContentSource source = replacement is not null
            ? new ContentSource.NamedContext(replacement)
            : ResolveBase(image.Text, stage, platformText ?? options.Platforms.Target);
        return new BoundStage(stage.Index, stage.From, source)
        {
            BaseName = image.Text,
            Platform = platformText,
            IsReplaced = replacement is not null,
            Uses = platform is null ? image.Uses : image.Uses.AddRange(platform.Uses),
            PlatformUses = platform?.Uses ?? [],
        };
    }

    private ExpandedWord Expand(Word word)
    {
        ExpandedWord expanded = _expander.Expand(word, context.Global);
        if (expanded.Problem is { } problem)
            diagnostics.Add(problem);
        return expanded;
    }

    private ContentSource ResolveBase(string name, StageOutline stage, string platform)
    {
        if (names.FindAbove(name, stage.Index) is { } above)
            return new ContentSource.Stage(_bound[above]);
        if (name == "scratch")
            return new ContentSource.Scratch();
        if (_contexts.Find(name, platform) is { } found)
            return new ContentSource.NamedContext(found);
        if (IsUnknownImage(name))
            CheckBase(name, stage);
        return new ContentSource.Image(name);
    }

    private void CheckBase(string name, StageOutline stage)
    {
        SourceSpan where = stage.From.Image.Span;
        if (names.FindFrom(name, stage.Index) is not { } below)
        {
            ReportNear(name, stage.Index, where);
        }
        else if (below == stage.Index)
        {
            const string Hint = "only stages above can be built upon; to build upon an image of this name, give the stage another one";
            diagnostics.Error(DiagnosticCodes.StageOrder, where, $"the stage {Quoted.Of(name)} is based on itself", Hint);
        }
        else
        {
            string hint = $"move it above this line; it begins at line {names[below].From.Span.Line}";
            diagnostics.Error(DiagnosticCodes.StageOrder, where, $"the stage {Quoted.Of(name)} is defined further down", hint);
        }
    }

    /// <summary>Resolves the value of <c>--from</c> or <c>from=</c>.</summary>
    private ContentSource Resolve(Word word, int stage)
    {
        string name = word.Text;
        if (int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
            return ResolveIndex(word, index, stage);
        // Of several stages with the name the last is meant, and none but FROM means the one above.
        if (names.Find(name) is { } last && last < stage)
            return new ContentSource.Stage(_bound[last]);
        if (names.FindFrom(name, stage) is { } below)
            _forward.Add(new StageReference(stage, below, word.Span));
        else if (name == "scratch")
            return new ContentSource.Scratch();
        else if (_contexts.Find(name, options.Platforms.Target) is { } found)
            return new ContentSource.NamedContext(found);
        else if (IsUnknownImage(name))
            ReportNear(name, stage, word.Span);
        return new ContentSource.Image(name);
    }

    private ContentSource ResolveIndex(Word word, int index, int stage)
    {
        if (index >= 0 && index < stage)
            return new ContentSource.Stage(_bound[index]);
        if (index >= stage && index < names.Count)
            _forward.Add(new StageReference(stage, index, word.Span));
        else
            diagnostics.Error(
                DiagnosticCodes.StageIndexOutOfRange,
                word.Span,
                $"there is no stage number {index}",
                names.Count == 1 ? "the only stage has the number 0" : $"stages are numbered from 0 to {names.Count - 1}");
        return new ContentSource.Scratch();
    }

    private bool IsUnknownImage(string name)
    {
        bool isBare = name.Length > 0 && !name.AsSpan().ContainsAny('/', ':', '@');
        return isBare && !diagnostics.IsFull && !KnownImages.Contains(name) && options.ImageExists?.Invoke(name) != true;
    }

    private void ReportNear(string name, int stage, SourceSpan where)
    {
        if (names.FindNear(name, stage) is { } near)
        {
            string hint = $"did you mean {Quoted.Of(near.Name)} (line {near.From.Span.Line})?";
            diagnostics.Error(DiagnosticCodes.UndefinedStage, where, $"no stage named {Quoted.Of(name)}", hint);
        }
    }
}
