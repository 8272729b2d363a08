using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Explaining;
using Caisson.Engine.Exporting;
using Caisson.Engine.History;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Solving;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>The main path: one build from the text of its Dockerfile to its exports.</summary>
/// <param name="parts">What builds share.</param>
/// <param name="request">What is built.</param>
/// <param name="events">Told what happens.</param>
/// <param name="id">The build's name in the history; null when it is not recorded.</param>
/// <param name="failed">Takes what failed programs leave; null when nobody wants it.</param>
internal sealed class BuildRun(EngineParts parts, BuildRequest request, EventLog events, string? id, FailedRuns? failed)
{
    private const string HostNameArgument = "BUILDKIT_SANDBOX_HOSTNAME";
    private const string CacheNamespaceArgument = "BUILDKIT_CACHE_MOUNT_NS";

    /// <summary>Does it.</summary>
    /// <exception cref="BuildException">The Dockerfile is wrong, or something that it needs is not to be had.</exception>
    /// <exception cref="StepFailure">A step failed.</exception>
    public async Task<BuildResult> RunAsync(CancellationToken ct)
    {
        // 1. Text to syntax tree.
        SecretStore secrets = SecretStore.Open(request.Secrets);
        failed?.Secrets = secrets;
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work);
        await using ConfiguredAsyncDisposable agentsEnd = agents.ConfigureAwait(false);
        RemoteFiles remote = new(parts.Fetch, secrets, agents, RequiredSigners.Open(request.GitSigners, parts.Options, parts.Work));
        ContextSources sources = new(remote, parts.Layers, parts.Work) { Stats = parts.Stats };
        using BuildContexts contexts = await BuildContexts.OpenAsync(request, sources, parts.Options.StatePath, ct).ConfigureAwait(false);
        if (Frontend.Refuse(contexts.Dockerfile, request) is { } refusal)
            throw new BuildException([refusal]);
        ParsedDockerfile parsed = DockerfileParser.Parse(contexts.Dockerfile);
        // 2. Syntax tree to stages, scopes and names. What could not be read keeps nobody from being told of the rest.
        Platform build = MachinePlatform.Current;
        Platform target = request.Platform ?? build;
        IReadOnlySet<string> local = await parts.Images.ReadRepositoriesAsync(ct).ConfigureAwait(false);
        BoundDockerfile bound = Binder.Bind(parsed.Document, new BindingOptions
        {
            Target = request.Target,
            Arguments = request.Arguments,
            Platforms = new PlatformArguments(build.ToString(), target.ToString()),
            NamedContexts = contexts.Names,
            ImageExists = local.Contains,
        });
        BuildChecks checks = new(events, contexts.Ignore);
        checks.BeforeBases(parsed, bound);
        RunRefusal? noPrograms = RunRefusal.Of(parts.Options.Ladder);
        noPrograms?.Check(bound.Needed);
        IReadOnlyDictionary<string, NamedContext> named = await contexts.ResolveAsync(target, ct).ConfigureAwait(false);
        FileTime time = await new ImageTime(contexts, sources, Warn).FindAsync(bound, named, ct).ConfigureAwait(false);
        bound = ImageTime.With(time, bound);
        // 3. Stages to a graph.
        DeviceCatalog devices = DeviceCatalog.Of(request.DeviceDirectories);
        PlannerOptions options = new()
        {
            Target = target,
            Build = build,
            CanRun = MachinePlatform.CanRun,
            Refusal = noPrograms,
            Context = contexts.Main.Operation,
            NamedContexts = named,
            Time = time,
            Steps = StepsOf(devices),
            Labels = request.Labels,
            FreshStages = request.FreshStages,
        };
        Planner planner = new(options, new ImageResolver(parts.Images, parts.Registry, request.AlwaysPulls), remote);
        BuildPlan plan = await planner.PlanAsync(bound, ct).ConfigureAwait(false);
        checks.AfterBases(bound, plan.Bases);
        checks.Tell(plan.Warnings);
        // 4. Graph to file system.
        using LayerForms forms = parts.NewForms(events);
        using ArchiveTrees archives = new(parts.Work);
        FilesystemState result = await SolveAsync(plan, new Given(contexts, secrets, agents, devices) { Remote = remote, Archives = archives }, forms, ct).ConfigureAwait(false);
        // 5. File system to image and exports.
        BlobForm form = new(Oci.Tar.Compression.Gzip, time) { KeepsTimes = request.KeepsTimestamps };
        return await new Exporter(parts, forms, events).ExportAsync(new Exportable(plan.Config, result, form), request.Exports, ct).ConfigureAwait(false);
    }

    private StepDefaults StepsOf(DeviceCatalog devices) => new()
    {
        Entitlements = request.Entitlements,
        Network = request.Network,
        HostName = request.Arguments.GetValueOrDefault(HostNameArgument) is { Length: > 0 } name ? name : null,
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

    private async Task<FilesystemState> SolveAsync(BuildPlan plan, Given given, LayerForms forms, CancellationToken ct)
    {
        StepServices steps = parts.NewSteps(forms, given.Archives, given.Secrets, given.Agents, given.Devices) with
        {
            Selector = new Selector(parts.Work, parts.Options.Parallelism) { KeepsTimes = request.KeepsTimestamps },
            Failed = failed,
        };
        SolverServices services = new()
        {
            Steps = steps,
            Work = new StepWork(steps),
            Fetcher = given.Remote,
            Cache = parts.Cache,
            Running = parts.Running,
            RunSlots = parts.RunSlots,
        };
        SolverOptions options = new()
        {
            UsesCache = request.UsesCache,
            Fresh = plan.Fresh,
            Contexts = given.Contexts.Trees,
            Expected = ExpectedSteps.Find(request.ExpectedCached, plan),
            Reasons = id is null ? null : ReasonsOf(id, forms),
            Images = plan.Images.ToDictionary(static i => i.Key, static i => FilesystemState.Of(i.Value)),
        };
        using Solver solver = new(services, options, events, ct);
        return await solver.SolveAsync(plan.Result).ConfigureAwait(false);
    }

    private MissReasons ReasonsOf(string build, LayerForms forms) =>
        new(parts.Cache, parts.Layers, forms, new EarlierSteps(BuildHistory.Open(parts.Options.StatePath), build, RecordedRun.DockerfileOf(request)));

    // What the build has besides the Dockerfile, most of it given by the user.
    private sealed record Given(BuildContexts Contexts, SecretStore Secrets, SshAgents Agents, DeviceCatalog Devices)
    {
        public required RemoteFiles Remote { get; init; }

        public required ArchiveTrees Archives { get; init; }
    }
}
