using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>Turns a bound Dockerfile into a graph and the configuration of its image.</summary>
/// <param name="options">What the plan depends on besides the Dockerfile.</param>
/// <param name="resolver">Finds images.</param>
/// <param name="remotes">Pins what is fetched from elsewhere.</param>
internal sealed class Planner(PlannerOptions options, IImageResolver resolver, IRemoteResolver remotes)
{
    private const int MaxShown = 5000;

    private readonly GraphBuilder _graph = options.Graph;
    private readonly List<Diagnostic> _warnings = [];
    private readonly Dictionary<BoundStage, ImmutableArray<BoundInstruction>> _imageTriggers = [];

    // What the stages began with.
    private readonly Dictionary<BoundStage, StagePlan> _begun = [];

    // The steps that are to be done anew.
    private readonly HashSet<Digest> _fresh = [];

    // Those that change files, in the order of the Dockerfile.
    private readonly List<PlannedStep> _steps = [];

    // How many instructions have been looked at for variables to show. That is for people, who do not read thousands, and has a limit.
    private int _shown;

    // Of all stages so far: what expanding words may cost has a limit for the whole build.
    private long _cost;

    /// <summary>Plans the target and what it needs, nothing else.</summary>
    /// <exception cref="BuildException">An image cannot be had, a variable is required and not set, or this version cannot do what is asked.</exception>
    public async Task<BuildPlan> PlanAsync(BoundDockerfile bound, CancellationToken ct)
    {
        SourceNodes sources = new(_graph, options);
        _warnings.AddRange(options.FreshStages.Select(name => UnknownStage(name, bound)).OfType<Diagnostic>());
        // 1. Every image that is named, all at once.
        ImmutableArray<BoundStage> needed = await ResolveAsync(bound, sources, ct).ConfigureAwait(false);
        // 2. The stages in order; each may take from those before it. What they fetch is known at the end, and pinned: then once more.
        int earlier = _warnings.Count;
        do
        {
            _warnings.RemoveRange(earlier, _warnings.Count - earlier);
            _fresh.Clear();
            _steps.Clear();
            foreach (BoundStage stage in needed)
                sources.Add(stage, PlanStage(bound, stage, sources));
        }
        while (await sources.Remote.ResolveAsync(remotes, ct).ConfigureAwait(false));
        // 3. The image of the last one.
        StagePlan target = sources.PlanOf(bound.Target ?? throw new ArgumentException("the Dockerfile has no target", nameof(bound)));
        return new BuildPlan
        {
            Platform = options.Target,
            Time = options.Time,
            Result = target.Files,
            Config = WithLabels(ConfigOf(target)),
            Base = BaseOf(bound.Target, sources),
            Images = sources.Images,
            Layouts = sources.Layouts,
            Bases = KnownBases.Of(needed, stage => sources.FindImage(stage.Base, sources.PlatformOf(stage))?.Image),
            Fresh = _fresh,
            Steps = [.. _steps],
            Warnings = [.. _warnings],
        };
    }

    // The stages to plan. The triggers of an image are known when the image is; they may name other images and further stages.
    private async Task<ImmutableArray<BoundStage>> ResolveAsync(BoundDockerfile bound, SourceNodes sources, CancellationToken ct)
    {
        ImmutableArray<BoundStage> needed = bound.Needed;
        while (true)
        {
            await sources.ResolveAsync(needed.Select(stage => (stage, InstructionsOf(stage))), resolver, ct).ConfigureAwait(false);
            BoundStage[] fresh = [.. needed.Where(stage => !_imageTriggers.ContainsKey(stage))];
            foreach (BoundStage stage in fresh)
                _imageTriggers.Add(stage, ImageTriggersOf(bound, stage, sources));
            if (fresh.All(stage => _imageTriggers[stage].IsEmpty))
                return needed;
            needed = BoundStage.Closure([.. needed, .. _imageTriggers.Values.SelectMany(static t => t).SelectMany(static i => i.Stages)]);
        }
    }

    // In the order in which they are carried out.
    private ImmutableArray<BoundInstruction> InstructionsOf(BoundStage stage) =>
        [.. _imageTriggers.GetValueOrDefault(stage, []), .. stage.Triggers, .. stage.Instructions];

    private StagePlan PlanStage(BoundDockerfile bound, BoundStage stage, SourceNodes sources)
    {
        ImmutableArray<BoundInstruction> instructions = InstructionsOf(stage);
        StepNumbers numbers = new(stage, NameOf(bound, stage), options.TellsPlatforms ? new PlatformName(sources.PlatformOf(stage), options.Target) : null, (HasStepOfItsOwn(stage.Base) ? 1 : 0) + instructions.Count(static i => ChangesFiles(i.Syntax)));
        StagePlan plan = _begun[stage] = Begin(bound, stage, sources, numbers);
        FileSteps files = new(_graph, sources, options);
        bool isFresh = stage.Name is { } name && options.FreshStages.Contains(name, StringComparer.OrdinalIgnoreCase);
        foreach (BoundInstruction instruction in instructions)
        {
            Node before = plan.Files;
            plan = Apply(plan, instruction, files, numbers);
            if (plan.Files == before)
                continue;
            _steps.Add(new PlannedStep(stage, numbers.Last, plan.Files));
            if (isFresh)
                _fresh.Add(plan.Files.Digest);
        }
        _cost = plan.Scope.Cost;
        return plan;
    }

    private StagePlan Begin(BoundDockerfile bound, BoundStage stage, SourceNodes sources, StepNumbers numbers)
    {
        Platform platform = sources.PlatformOf(stage);
        switch (stage.Base)
        {
            case ContentSource.Stage { Value: var parent }:
                StagePlan inherited = sources.PlanOf(parent);
                // Its triggers are carried out now, as those of an image are.
                return inherited with { Scope = inherited.Scope.Inherit(_cost), Config = inherited.Config with { OnBuild = null }, HasOwnCommand = false, Platform = platform };
            case var source when sources.FindImage(source, platform) is { } image:
                return Begin(bound, sources.Get(image, platform, NextFrom()), image, platform);
            case ContentSource.NamedContext context:
                // A directory as a base: its files on an empty file system.
                Operation.Copy copy = new() { Sources = [new CopySource.Files(1, ".")], Destination = "/", IntoDirectory = true };
                Node root = _graph.Add(copy, [sources.Get(new ContentSource.Scratch(), platform), sources.Get(context, platform)], NextFrom());
                return Begin(bound, root, image: null, platform).With(root, $"COPY . / (context {context.Name})");
            default:
                return Begin(bound, sources.Get(stage.Base, platform), image: null, platform);
        }

        NodeLabel NextFrom() => numbers.Next("FROM " + stage.BaseName, stage.From.Span, scope: null);
    }

    // Nothing is done for a stage that begins with another one, or with nothing: as with BuildKit, its first instruction is its first step.
    private static bool HasStepOfItsOwn(ContentSource from) => from is not (ContentSource.Stage or ContentSource.Scratch);

    private StagePlan Begin(BoundDockerfile bound, Node root, ResolvedImage? image, Platform platform)
    {
        ImageConfig? from = image?.Image.Config;
        ContainerConfig config = from?.Config ?? new ContainerConfig();
        StageScope scope = bound.BeginScope(VariableSet.FromEnvironment(config.Env ?? []), _cost);
        return new StagePlan
        {
            Files = root,
            Scope = scope,
            // The triggers of a base are carried out now; those that come later are the image's own.
            Config = config with { Env = scope.Environment.ToEnvironment(), OnBuild = null, WorkingDir = image is null ? "/" : config.WorkingDir },
            History = HistoryOf(from),
            Author = from?.Author,
            Platform = platform,
        };
    }

    private static ImmutableArray<HistoryEntry> HistoryOf(ImageConfig? image)
    {
        if (image is null)
            return [];
        ImmutableArray<HistoryEntry> history = image.History ?? [];
        // An image without history has layers all the same, and each needs its line.
        int missing = image.RootFs.DiffIds.Length - history.Count(static h => h.EmptyLayer != true);
        return missing <= 0 ? history : [.. Enumerable.Repeat(new HistoryEntry { Comment = "layer of the base image" }, missing), .. history];
    }

    private ImmutableArray<BoundInstruction> ImageTriggersOf(BoundDockerfile bound, BoundStage stage, SourceNodes sources)
    {
        if (sources.FindImage(stage.Base, sources.PlatformOf(stage))?.Image.Config.Config.OnBuild is not { IsDefaultOrEmpty: false } expressions)
            return [];
        BoundTriggers triggers = bound.BindTriggers(stage, expressions);
        Check(triggers.Diagnostics);
        return triggers.Instructions;
    }

    private StagePlan Apply(StagePlan plan, BoundInstruction instruction, FileSteps files, StepNumbers numbers)
    {
        Evaluation evaluation = plan.Scope.Evaluate(instruction);
        Check(evaluation.Diagnostics);
        if (evaluation.Step is not { } step)
            return plan; // it has an error, which Check has thrown
        // What an instruction does itself is seen by the next one; its own words were expanded before.
        StagePlan before = plan with { Scope = evaluation.Scope };
        if (ConfigSteps.TryApply(before, step) is { } configured)
            return configured;
        NodeLabel label = numbers.Next(Line(CommandText.Of(instruction.Syntax)), instruction.Syntax.Span, before.Scope, Shown());
        if (step is Step.Run && options.Programs.Check(plan.Platform, instruction.Syntax.Span) is { } warning)
            _warnings.Add(warning);
        return files.Apply(before, step, label);

        string Line(string text) => (instruction.IsTrigger ? "ONBUILD " : "") + RemoteText.Shown(text);

        string? Shown() => _shown++ < MaxShown && CommandText.Shown(instruction.Syntax, step, plan.Scope) is var shown && shown != CommandText.Of(instruction.Syntax) ? Line(shown) : null;
    }

    private void Check(ImmutableArray<Diagnostic> diagnostics)
    {
        if (diagnostics.Any(static d => d.IsError))
            throw new BuildException(diagnostics);
        _warnings.AddRange(diagnostics);
    }

    private ImageConfig ConfigOf(StagePlan target)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(options.Time.Seconds);
        return new ImageConfig
        {
            Created = created,
            Author = target.Author,
            Os = target.Platform.Os,
            Architecture = target.Platform.Architecture,
            Variant = target.Platform.Variant,
            OsVersion = target.Platform.OsVersion,
            OsFeatures = target.Platform.OsFeatures,
            Config = target.Config,
            RootFs = new RootFs { DiffIds = [] },
            History = [.. target.History.Select(entry => entry.Created is null ? entry with { Created = created, Comment = entry.Comment ?? "caisson" } : entry)],
        };
    }

    private ImageConfig WithLabels(ImageConfig image) => options.Labels.Count == 0
        ? image
        : image with { Config = image.Config with { Labels = (image.Config.Labels ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)).SetItems(options.Labels) } };

    // A directory as a base is none: its files are a layer of the stage's own.
    private StageBase? BaseOf(BoundStage stage, SourceNodes sources) => stage.Base switch
    {
        ContentSource.Stage { Value: var parent } => new StageBase(sources.PlanOf(parent).Files, ConfigOf(sources.PlanOf(parent))),
        var source when sources.FindImage(source, sources.PlatformOf(stage)) is { } image && _begun.TryGetValue(stage, out StagePlan? begun) =>
            new StageBase(begun.Files, ConfigOf(begun)) { ImageId = image.Image.Manifest.Config.Digest },
        _ => null,
    };

    private static Diagnostic? UnknownStage(string name, BoundDockerfile bound)
    {
        string[] names = [.. bound.Stages.Select(static s => s.Name).OfType<string>()];
        if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        string? hint = Suggestion.Nearest(name, names) is { } near ? $"did you mean \"{near}\"?" : null;
        return new Diagnostic(EngineCodes.UnknownStage, Severity.Warning, $"there is no stage named \"{name}\" whose steps could be done anew", Where: null, hint);
    }

    private static bool ChangesFiles(Instruction instruction) =>
        instruction.Kind is InstructionKind.Run or InstructionKind.Copy or InstructionKind.Add or InstructionKind.Workdir;

    // What its steps are shown under; empty for a stage that is the only one, as with BuildKit, whatever its name.
    private static string NameOf(BoundDockerfile bound, BoundStage stage) => bound.Stages.Length == 1 ? "" : stage.DisplayName;
}
