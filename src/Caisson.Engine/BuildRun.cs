using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Bundling;
using Caisson.Engine.Caching;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Explaining;
using Caisson.Engine.Exporting;
using Caisson.Engine.History;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Reproducing;
using Caisson.Engine.Secrets;
using Caisson.Engine.Solving;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Steps;
using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>The main path: one build from the text of its Dockerfile to its exports.</summary>
/// <param name="parts">What builds share.</param>
/// <param name="request">What is built.</param>
/// <param name="events">Told what happens.</param>
/// <param name="id">The build's name in the history; null when it is not recorded.</param>
/// <param name="failed">Takes what failed programs leave; null when nobody wants it.</param>
internal sealed class BuildRun(EngineParts parts, BuildRequest request, EventLog events, string? id, FailedRuns? failed)
{
    internal const string HostNameArgument = "BUILDKIT_SANDBOX_HOSTNAME";
    internal const string CacheNamespaceArgument = "BUILDKIT_CACHE_MOUNT_NS";

    /// <summary>Does it.</summary>
    /// <exception cref="BuildException">The Dockerfile, or the graph in its place, is wrong, or something that it needs is not to be had.</exception>
    /// <exception cref="StepFailure">A step failed.</exception>
    public async Task<BuildResult> RunAsync(CancellationToken ct)
    {
        // 1. Text to syntax tree.
        SecretStore secrets = SecretStore.Open(request.Secrets, request.SecretProvider);
        failed?.Secrets = secrets;
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work, request.SshAgentProvider);
        await using ConfiguredAsyncDisposable agentsEnd = agents.ConfigureAwait(false);
        BuildGuard guard = BuildGuard.Open(request);
        SealedInputs? given = request.Replay is { } replay ? await replay.PrepareAsync(parts, guard.Sources, ct).ConfigureAwait(false) : null;
        RemoteFiles remote = new(request.Replay is null ? parts.Fetch : parts.Fetch.SealedBy(request.Replay.Name), secrets, agents, RequiredSigners.Open(request.GitSigners, parts.Options, parts.Work), guard.Sources);
        ContextSources sources = new(remote, parts.Layers, parts.Work) { Stats = parts.Stats };
        using BuildContexts contexts = await BuildContexts.OpenAsync(request, sources, parts.Options.StatePath, given, ct).ConfigureAwait(false);
        events.Dockerfile = contexts.Dockerfile;
        if (Frontend.Refuse(contexts.Dockerfile, request) is { } refusal)
            throw new BuildException([refusal]);
        if (request.Bundle is not null)
            SealableInputs.Check(request, contexts.Dockerfile.Text);
        // 2. Syntax tree to stages, scopes and names, and 3. those to a graph: for each platform, in one graph, so that what is the same for all is done once.
        DeviceCatalog devices = DeviceCatalog.Of(request.DeviceDirectories);
        ProgramCheck programs = new(MachinePlatform.Current, platform => MachinePlatform.SupportOf(platform, parts.Sandbox.Emulators)) { Refusal = RunRefusal.Of(parts.Options.Ladder) };
        PlatformPlanner planner = new(parts, request, events)
        {
            Programs = programs,
            Parsed = DockerfileParser.Parse(contexts.Dockerfile),
            Contexts = contexts,
            Sources = sources,
            Steps = StepsOf(devices) with { Network = guard.Network },
            Guard = guard.Sources,
        };
        ImmutableArray<BuildPlan> plans = request.Graph is { } graph ? await new GraphPlanning(parts, request, remote, guard.Sources) { Grants = new Grants(request.Entitlements, devices), Programs = programs, Warn = Warn }.PlanAsync(graph, ct).ConfigureAwait(false) : await planner.PlanAsync(ct).ConfigureAwait(false);
        guard.Check(plans);
        if (request.ContextFiles is { } files)
            await contexts.FillAsync(files, plans.Select(static p => p.Result), ct).ConfigureAwait(false);
        // 4. Graph to file systems.
        using Gateway gateway = new(parts.Sandbox, () => guard.NewGateway(parts, secrets), parts.Work, parts.Layers.Marks);
        using LayerForms forms = parts.NewForms(events);
        using ArchiveTrees archives = new(parts.Work);
        SharedCaches caches = await SharedCaches.OpenAsync(new(parts, events, forms), request, plans, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable cachesEnd = caches.ConfigureAwait(false);
        Given all = new(contexts, secrets, agents, devices) { Remote = remote, Archives = archives, Caches = caches, Gateway = gateway, Guard = guard };
        BundleWriter? bundle = request.Bundle is null ? null : new BundleWriter(parts, request, contexts, plans, BuildGuard.PoliciesOf(request));
        return await caches.RunAsync(async () =>
        {
            Solved solved = await SolveAsync(plans, all, forms, bundle, ct).ConfigureAwait(false);
            // 5. File systems to images and exports.
            ImmutableArray<Exportable>.Builder exportable = ImmutableArray.CreateBuilder<Exportable>(plans.Length);
            for (int i = 0; i < plans.Length; i++)
                exportable.Add(new Exportable(plans[i].Platform, solved.Configs[i], solved.Results[i], new BlobForm(Oci.Tar.LayerCompression.Default, plans[i].Time) { KeepsTimes = request.KeepsTimestamps }));
            ExportableSet set = new(exportable.MoveToImmutable(), TargetPlatforms.AreTold(request));
            // All of it once more, when that was asked for: what does not come to the same is not exported.
            Reproduction? reproduction = request.Builds < 2 ? null : await RepetitionOf(plans, all, forms, solved).ProveAsync(set, ct).ConfigureAwait(false);
            await caches.HandOnAsync(ct).ConfigureAwait(false);
            Exporter exporter = new(parts, forms, events) { Built = new BuildResult(Image: null) { Inputs = solved.Inputs with { IsReproduced = reproduction is not null || request.Replay is not null }, BuildId = id }, Attester = request.Attester };
            if (request.Replay is not null)
                await request.Replay.CheckAsync(await exporter.AssembleAsync(set, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            BuildResult exported = await exporter.ExportAsync(request.IsSquashed ? await SquashAsync(set, plans, forms, ct).ConfigureAwait(false) : set, request.Exports, ct).ConfigureAwait(false) with { Reproduction = reproduction, UnusedArguments = plans[0].UnusedArguments, Lock = guard.Tell(solved.Network.Values) };
            if (bundle is not null)
                exported = exported with { Bundle = await SealAsync(bundle, exported.Lock!, await exporter.AssembleAsync(set, ct).ConfigureAwait(false), ct).ConfigureAwait(false) }; // it was told
            await caches.CompleteAsync(ct).ConfigureAwait(false);
            return exported;
        }).ConfigureAwait(false);
    }

    private Task<ExportableSet> SquashAsync(ExportableSet results, ImmutableArray<BuildPlan> plans, LayerForms forms, CancellationToken ct) => events.ReportAsync("squashing layers", async token =>
    {
        Squashing squashing = new(forms, new LayerSquash(forms, new LayerLists(parts.Layers, parts.Work)));
        Exportable[] squashed = await Task.WhenAll([.. results.Platforms.Select((result, i) => squashing.SquashAsync(result, plans[i], token))]).ConfigureAwait(false);
        return results with { Platforms = [.. squashed] };
    }, ct);

    private Task<Descriptor> SealAsync(BundleWriter bundle, string locked, BuildResult result, CancellationToken ct) => events.ReportAsync($"writing the bundle {request.Bundle}", async token =>
    {
        using PlaceAccess places = new(parts);
        ImageGraph graph = bundle.Complete(locked, result);
        await places.WriteAsync(graph, request.Bundle!, token).ConfigureAwait(false); // there is a bundle
        return graph.Root;
    }, ct);

    private StepDefaults StepsOf(DeviceCatalog devices) => new()
    {
        Entitlements = request.Entitlements,
        Network = request.Network,
        HostName = request.Arguments.GetValueOrDefault(HostNameArgument) is { Length: > 0 } name ? name : request.HostName,
        ExtraHosts = request.ExtraHosts,
        SharedMemoryBytes = request.SharedMemoryBytes,
        Limits = [.. request.Limits.Select(Allowed)],
        Devices = devices,
        CacheNamespace = request.Arguments.GetValueOrDefault(CacheNamespaceArgument, ""),
    };

    private ResourceLimit Allowed(ResourceLimit asked)
    {
        ResourceLimit allowed = ResourceLimits.Allowed(asked);
        if (allowed != asked)
        {
            string message = $"the limit {asked.Name.ToLowerInvariant()} is more than this machine allows: steps get {allowed.Hard}";
            Warn(new Diagnostic(EngineCodes.LimitTooHigh, Severity.Warning, message, Hint: "the shell that starts caisson has the limit: ulimit -H"));
        }
        return allowed;
    }

    private void Warn(Diagnostic warning) => events.Add(new BuildEvent.Warning(warning) { At = events.Now });

    private async Task<Solved> SolveAsync(ImmutableArray<BuildPlan> plans, Given given, LayerForms forms, BundleWriter? bundle, CancellationToken ct)
    {
        BuiltSteps built = new();
        StepServices steps = parts.NewSteps(forms, given.Archives, given.Secrets, given.Agents, given.Devices) with
        {
            Selector = new Selector(parts.Work, parts.Options.Parallelism) { KeepsTimes = request.KeepsTimestamps },
            Failed = failed,
            Gateway = given.Gateway,
            SavedMounts = given.Caches.Mounts,
            FileUse = request.FileUse,
        };
        if (request.IsRecord)
            steps = steps with { CacheMounts = new CacheMountStore(parts.Work.NewPath("cache-mounts"), parts.Work, parts.Options.Time) };
        SolverServices services = new()
        {
            Steps = steps,
            Work = new StepWork(steps),
            Fetcher = given.Remote,
            // Whoever made a bundle says what the network answers: what comes of that is no result for others.
            Cache = request.Replay is null ? parts.Cache : new StepCache(parts.Work.NewPath("steps"), parts.Work, parts.Options.Time),
            Running = request.Replay is null ? parts.Running : new InFlight<Layer> { UsesBeginner = true },
            RunSlots = parts.RunSlots,
        };
        SolverOptions options = new()
        {
            UsesCache = request.UsesCache && !request.IsRecord,
            LooksAtAll = given.Guard.NeedsRecords || request.Builds > 1,
            Fresh = request.Locking == Locking.Renewed ? BuildPlan.FreshOf(plans).Union(BuildGuard.OnGateway(plans)).ToHashSet() : BuildPlan.FreshOf(plans),
            Contexts = given.Contexts.Trees,
            Expected = ExpectedSteps.Find(request.ExpectedCached, plans),
            Reasons = id is null ? null : ReasonsOf(id, forms),
            Imported = given.Caches.Imported,
            Solved = request.Builds > 1 ? built.Add + given.Caches.Watch(plans) : given.Caches.Watch(plans),
            Images = BuildPlan.ImagesOf(plans).ToDictionary(static i => i.Key, static i => FilesystemState.Of(i.Value)),
        };
        using Solver solver = new(services, options, events, ct);
        FilesystemState[] results = await solver.SolveAsync([.. plans.Select(static p => p.Result)]).ConfigureAwait(false);
        InputReading inputs = new(request, given.Contexts, plans);
        Dictionary<Digest, NetworkRecord> network = await ReadNetworkAsync(solver, inputs.Nodes).ConfigureAwait(false);
        ContextContents taken = await solver.ReadTakenAsync(inputs.Nodes).ConfigureAwait(false);
        BuildInputs read = inputs.Read(taken.Name(), network, given.Guard.IsClosed);
        if (request.FileUse is { } use)
            use.Shipped((await solver.ReadTakenAsync(BuildPlan.ResultsOf(plans).Union(inputs.Nodes.Where(static n => n.Operation is Operation.Run))).ConfigureAwait(false)).ItemsOf(BuildContexts.MainName).SelectMany(static i => i.List.Entries().Select(e => EntryPath.Join(i.Path, e.Path))));
        if (bundle is not null)
            await bundle.TakeAsync(inputs.Nodes, taken.ItemsOf, network, forms, ct).ConfigureAwait(false);
        return new Solved(results, await given.Caches.TakeAsync(solver, plans, ct).ConfigureAwait(false), read, network) { Steps = built };
    }

    private Repetition RepetitionOf(ImmutableArray<BuildPlan> plans, Given given, LayerForms forms, Solved solved) => new(parts, request, events)
    {
        Plans = plans,
        Contexts = given.Contexts,
        Fetcher = given.Remote,
        Secrets = given.Secrets,
        Devices = given.Devices,
        Guard = given.Guard,
        Forms = forms,
        Steps = solved.Steps,
        Network = solved.Network,
    };

    // What is remembered beside the layers of steps that had the network through the gateway, whether they ran now or earlier.
    private async Task<Dictionary<Digest, NetworkRecord>> ReadNetworkAsync(Solver solver, IEnumerable<Node> nodes)
    {
        Dictionary<Digest, NetworkRecord> network = [];
        foreach (SolvedStep step in await solver.RecallAsync(nodes.Where(static n => n.Operation is Operation.Run { Network: StepNetwork.Gateway })).ConfigureAwait(false))
        {
            if (parts.Layers.FindNote(LayerId.Parse(step.Record.Layer), RunStep.NetworkNote) is { } note && NetworkRecord.TryRead(note) is { } record)
                network[step.Node.Digest] = record;
        }
        return network;
    }

    private MissReasons ReasonsOf(string build, LayerForms forms) =>
        new(parts.Cache, parts.Layers, forms, new EarlierSteps(BuildHistory.Open(parts.Options.StatePath), build, RecordedRun.DockerfileOf(request)));

    // What came of the graph.
    private sealed record Solved(FilesystemState[] Results, ImmutableArray<ImageConfig> Configs, BuildInputs Inputs, Dictionary<Digest, NetworkRecord> Network)
    {
        public required BuiltSteps Steps { get; init; }
    }

    // What the build has besides the Dockerfile, most of it given by the user.
    private sealed record Given(BuildContexts Contexts, SecretStore Secrets, SshAgents Agents, DeviceCatalog Devices)
    {
        public required RemoteFiles Remote { get; init; }

        public required ArchiveTrees Archives { get; init; }

        public required SharedCaches Caches { get; init; }

        public required Gateway Gateway { get; init; }

        public required BuildGuard Guard { get; init; }
    }
}
