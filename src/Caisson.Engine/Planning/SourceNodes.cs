using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>The nodes of what stages are based on and what instructions take files from. Images are resolved once for a build, all at the same time.</summary>
internal sealed class SourceNodes
{
    // What is no reference's beginning: the image of a named context is known by the context's name.
    private const string LayoutPrefix = "oci-layout://";

    private static readonly NodeLabel ContextLabel = new("build context");

    private readonly GraphBuilder _graph;
    private readonly PlannerOptions _options;
    private readonly Dictionary<BoundStage, StagePlan> _stages = [];
    private readonly Dictionary<(string Reference, Platform Platform), ResolvedImage> _images = [];

    /// <summary>Adds its nodes to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">What the plan depends on besides the Dockerfile.</param>
    public SourceNodes(GraphBuilder graph, PlannerOptions options)
    {
        _graph = graph;
        _options = options;
        Remote = new RemoteNodes(graph);
    }

    /// <summary>What is fetched from elsewhere.</summary>
    public RemoteNodes Remote { get; }

    /// <summary>The images that were resolved, by their pinned names.</summary>
    public IReadOnlyDictionary<Reference, Image> Images => _images.Values.DistinctBy(static i => i.Pinned).ToDictionary(static i => i.Pinned, static i => i.Image);

    /// <summary>Those of layouts, by the named context and the platform.</summary>
    public IReadOnlyDictionary<(string Context, string Platform), Image> Layouts => _images.Where(static i => i.Key.Reference.StartsWith(LayoutPrefix, StringComparison.Ordinal))
        .ToDictionary(static i => (i.Key.Reference[LayoutPrefix.Length..], i.Key.Platform.ToString()), static i => i.Value.Image);

    /// <summary>Resolves every image that stages name, with their instructions, and that is not resolved yet.</summary>
    /// <exception cref="BuildException">An image cannot be had; the diagnostic says where it is named.</exception>
    public async Task ResolveAsync(IEnumerable<(BoundStage Stage, ImmutableArray<BoundInstruction> Instructions)> stages, IImageResolver resolver, CancellationToken ct)
    {
        ImageUse[] uses =
        [
            .. stages.SelectMany(stage => UsesOf(stage.Stage, stage.Instructions))
                .DistinctBy(static u => (u.Name, u.Platform))
                .Where(u => !_images.ContainsKey((u.Name, u.Platform))),
        ];
        ResolvedImage[] resolved = await Task.WhenAll(uses.Select(use => ResolveAsync(use, resolver, ct))).ConfigureAwait(false);
        for (int i = 0; i < uses.Length; i++)
            _images[(uses[i].Name, uses[i].Platform)] = resolved[i];
    }

    /// <summary>A stage is planned: others may take from it.</summary>
    public void Add(BoundStage stage, StagePlan plan) => _stages[stage] = plan;

    /// <summary>The plan of a stage that was added.</summary>
    public StagePlan PlanOf(BoundStage stage) => _stages[stage];

    /// <summary>The image behind a source; null when it is no image.</summary>
    public ResolvedImage? FindImage(ContentSource source, Platform platform) => source switch
    {
        ContentSource.Image image => _images[(image.Reference, platform)],
        ContentSource.NamedContext { Name: var name } => _options.NamedContexts[name] switch
        {
            NamedContext.FromStore stored => _images[(stored.Reference.ToString(), platform)],
            NamedContext.FromLayout => _images[(LayoutPrefix + name, platform)],
            _ => null,
        },
        _ => null,
    };

    /// <summary>The node of a source.</summary>
    public Node Get(ContentSource source, Platform platform) => source switch
    {
        ContentSource.BuildContext => Context(),
        ContentSource.Scratch => _graph.Add(new Operation.Scratch(), [], new NodeLabel("scratch")),
        ContentSource.Stage stage => _stages[stage.Value].Files,
        ContentSource.NamedContext { Name: var name } when FindImage(source, platform) is { } image => Get(image, platform, new NodeLabel($"context {name}")),
        _ when FindImage(source, platform) is { } image => Get(image, platform, new NodeLabel("FROM " + image.Pinned.Familiar)),
        ContentSource.NamedContext { Name: var name } when _options.NamedContexts[name] is NamedContext.Remote { Source: var remote } => Remote.Get(remote, where: null),
        ContentSource.NamedContext { Name: var name } when _options.NamedContexts[name] is NamedContext.Empty => _graph.Add(new Operation.Scratch(), [], new NodeLabel("scratch")),
        ContentSource.NamedContext { Name: var name } => _graph.Add(new Operation.Context(name), [], new NodeLabel($"context {name}")),
        _ => throw new System.Diagnostics.UnreachableException(source.GetType().Name),
    };

    /// <summary>What people call a source.</summary>
    public static string NameOf(ContentSource source) => source switch
    {
        ContentSource.BuildContext => "the build context",
        ContentSource.Scratch => "scratch",
        ContentSource.Stage { Value: var stage } => stage.Name is null ? $"the stage {stage.Index}" : $"the stage \"{stage.Name}\"",
        ContentSource.Image { Reference: var image } => $"the image {image}",
        ContentSource.NamedContext { Name: var name } => $"the named context \"{name}\"",
        _ => throw new System.Diagnostics.UnreachableException(source.GetType().Name),
    };

    /// <summary>The node of an image.</summary>
    public Node Get(ResolvedImage image, Platform platform, NodeLabel label) => _graph.Add(new Operation.Image(image.Pinned, platform), [], label);

    private Node Context()
    {
        Node whole = _graph.Add(_options.Context, [], ContextLabel);
        return _options.ContextDirectory is not { } directory ? whole
            : _graph.Add(new Operation.Copy { Sources = [new CopySource.Files(1, CopySource.PatternOf(directory))], Destination = "/", IntoDirectory = true }, [_graph.Add(new Operation.Scratch(), [], new NodeLabel("scratch")), whole], ContextLabel);
    }

    private IEnumerable<ImageUse> UsesOf(BoundStage stage, ImmutableArray<BoundInstruction> instructions)
    {
        Platform platform = PlatformOf(stage);
        if (UseOf(stage.Base, platform, stage.From.Image.Span) is { } from)
            yield return from;
        foreach (BoundInstruction instruction in instructions)
        {
            foreach (ContentSource? source in instruction.MountSources.Append(instruction.Source))
            {
                if (UseOf(source, platform, instruction.Syntax.Span) is { } use)
                    yield return use;
            }
        }
    }

    private ImageUse? UseOf(ContentSource? source, Platform platform, SourceSpan where) => source switch
    {
        ContentSource.Image image => new ImageUse(image.Reference, platform, where),
        ContentSource.NamedContext { Name: var name } when _options.NamedContexts[name] is NamedContext.FromStore stored => new ImageUse(stored.Reference.ToString(), platform, where),
        ContentSource.NamedContext { Name: var name } when _options.NamedContexts[name] is NamedContext.FromLayout layout => new ImageUse(LayoutPrefix + name, platform, where) { Layout = layout },
        _ => null,
    };

    /// <summary>The platform that a stage is for: what its --platform says of an image; a stage goes on for the platform of the one it begins with.</summary>
    /// <remarks>As with BuildKit, <c>scratch</c> is of the platform that is built for, so that <c>FROM --platform=$BUILDPLATFORM scratch</c> says nothing wrong of the result.</remarks>
    /// <exception cref="BuildException">What the Dockerfile says is no platform.</exception>
    public Platform PlatformOf(BoundStage stage)
    {
        Platform? said = stage.Platform is null ? null : Parse(stage.Platform, stage);
        return stage.Base switch
        {
            ContentSource.Stage parent => PlatformOf(parent.Value),
            ContentSource.Scratch => _options.Target,
            _ => said ?? _options.Target,
        };
    }

    private static Platform Parse(string text, BoundStage stage)
    {
        if (Platform.TryParse(text, out Platform? platform))
            return platform;
        string message = $"\"{text}\" is not a platform";
        throw new BuildException([new Diagnostic(EngineCodes.PlatformNotRunnable, Severity.Error, message, stage.From.Platform?.Span, "write one such as linux/amd64 or linux/arm/v7")]);
    }

    private static async Task<ResolvedImage> ResolveAsync(ImageUse use, IImageResolver resolver, CancellationToken ct)
    {
        if (use.Layout is { } layout)
            return await layout.OpenAsync(use.Platform, ct).ConfigureAwait(false);
        if (!Reference.TryParse(use.Name, out Reference? reference, out string? problem))
            throw new BuildException([new Diagnostic(EngineCodes.BadReference, Severity.Error, problem, use.Where)]);
        try
        {
            return await resolver.ResolveAsync(reference, use.Platform, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && Failures.Explain(e) is { } explained)
        {
            ImmutableArray<Diagnostic> located = [.. explained.Diagnostics.Select(d => d with { Where = use.Where })];
            throw new BuildException(located, e);
        }
    }

    private sealed record ImageUse(string Name, Platform Platform, SourceSpan Where)
    {
        public NamedContext.FromLayout? Layout { get; init; }
    }
}
