using System.Collections.Immutable;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Remote;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Plans a build whose graph is given.</summary>
/// <param name="parts">What builds share.</param>
/// <param name="request">What is built.</param>
/// <param name="remote">Pins what is fetched.</param>
/// <param name="guard">What the build may use.</param>
internal sealed class GraphPlanning(EngineParts parts, BuildRequest request, RemoteFiles remote, SourceGuard guard)
{
    private readonly HashSet<Diagnostic> _told = [];

    /// <summary>What steps may ask for.</summary>
    public required Grants Grants { get; init; }

    /// <summary>Whether programs can be run here.</summary>
    public required ProgramCheck Programs { get; init; }

    /// <summary>Takes what the user should know.</summary>
    public required Action<Diagnostic> Warn { get; init; }

    /// <summary>Plans it, in the order of the platforms.</summary>
    /// <exception cref="BuildException">It cannot be made, or something that it needs is not to be had.</exception>
    public async Task<ImmutableArray<BuildPlan>> PlanAsync(IGraphPlanner planner, CancellationToken ct)
    {
        // What is the same for several platforms is one node, and one piece of work.
        GraphBuilder graph = new();
        ImmutableArray<BuildPlan>.Builder plans = ImmutableArray.CreateBuilder<BuildPlan>();
        foreach (Platform platform in TargetPlatforms.Of(request))
            plans.Add(await PlanAsync(planner, graph, platform, ct).ConfigureAwait(false));
        return plans.DrainToImmutable();
    }

    private async Task<BuildPlan> PlanAsync(IGraphPlanner planner, GraphBuilder graph, Platform platform, CancellationToken ct)
    {
        Sources sources = new(graph, platform, new ImageResolver(parts.Images, parts.Registry, request.Pull, guard), remote, Grants);
        PlannedGraph planned = await planner.PlanAsync(graph, sources, ct).ConfigureAwait(false);
        CheckPrograms(planned.Result);
        FileTime time = request.Arguments.GetValueOrDefault(SourceDate.Variable) is { } said && SourceDate.TryParse(said) is { } given ? given : default;
        ImageConfig config = planned.Config ?? new ImageConfig { Architecture = platform.Architecture, Variant = platform.Variant, Os = platform.Os, RootFs = new RootFs { DiffIds = [] } };
        return new BuildPlan
        {
            Platform = platform,
            Time = time,
            Result = planned.Result,
            Config = config with { Created = DateTimeOffset.FromUnixTimeSeconds(time.Seconds), History = GraphHistory.Of(config.History, planned.Result, sources.Images) },
            Images = sources.Images,
            Layouts = ImmutableDictionary<(string, string), Image>.Empty,
            Bases = ImmutableDictionary<int, BaseImage>.Empty,
            Fresh = planned.Fresh,
            Steps = [],
            Warnings = [],
        };
    }

    // Whoever made the graph is no more trusted than a Dockerfile.
    private void CheckPrograms(Node result)
    {
        HashSet<Node> seen = [];
        Stack<Node> open = new([result]);
        while (open.TryPop(out Node? node))
        {
            if (!seen.Add(node))
                continue;
            foreach (Node input in node.Inputs)
                open.Push(input);
            if (node.Operation is not Operation.Run run)
                continue;
            if (Programs.Check(run.Platform, where: null) is { } warning && _told.Add(warning))
                Warn(warning);
            Grants.Check(run, node.Label, placeOf: null);
        }
    }

    private sealed class Sources(GraphBuilder graph, Platform target, IImageResolver images, IRemoteResolver remote, Grants grants) : IGraphSources
    {
        private readonly Dictionary<Reference, Image> _images = [];

        public IReadOnlyDictionary<Reference, Image> Images => _images;

        public Platform Platform => target;

        public Task<(Node Node, ImageConfig Config)> ImageAsync(Reference reference, Platform? platform, NodeLabel label, CancellationToken ct) => ExplainedAsync(async () =>
        {
            ResolvedImage resolved = await images.ResolveAsync(reference, platform ?? target, ct).ConfigureAwait(false);
            _images[resolved.Pinned] = resolved.Image;
            return (graph.Add(new Operation.Image(resolved.Pinned, platform ?? target), [], label), resolved.Image.Config);
        });

        public Task<Node> GitAsync(string location, bool keepsGitDirectory, NodeLabel label, CancellationToken ct) => GitLocation.Parse(location, out string? problem) is { } found
            ? FetchedAsync(new RemoteSource.Git(found, keepsGitDirectory), label, ct)
            : throw new BuildException(EngineCodes.BadWebAddress, problem ?? $"\"{RemoteText.Shown(location)}\" names no repository");

        public Task<Node> HttpAsync(Uri address, string fileName, Digest? checksum, NodeLabel label, CancellationToken ct) => FetchedAsync(new RemoteSource.Http(address, fileName, checksum), label, ct);

        public Task<(Node Node, ImageConfig Config)> LayoutAsync(string location, Platform? platform, NodeLabel label, CancellationToken ct) => ExplainedAsync(async () =>
        {
            ResolvedImage resolved = await LayoutContext.OpenAsync(location, platform ?? target, ct).ConfigureAwait(false);
            _images[resolved.Pinned] = resolved.Image;
            return (graph.Add(new Operation.Image(resolved.Pinned, platform ?? target), [], label), resolved.Image.Config);
        });

        public Node Context(string name) => graph.Add(new Operation.Context(name), [], new NodeLabel(name == BuildContexts.MainName ? "build context" : $"context {name}"));

        public ImmutableArray<string> Devices(string request, bool isRequired) => grants.FindDevices(request, isRequired, where: null);

        private Task<Node> FetchedAsync(RemoteSource source, NodeLabel label, CancellationToken ct) =>
            ExplainedAsync(async () => graph.Add(await remote.ResolveAsync(source, ct).ConfigureAwait(false), [], label));

        private static async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException and not BuildException && Failures.Explain(e) is { } explained)
            {
                throw explained;
            }
        }
    }
}
