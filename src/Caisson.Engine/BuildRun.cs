using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Solving;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>The main path: one build from the text of its Dockerfile to its exports.</summary>
internal sealed class BuildRun(EngineParts parts, BuildRequest request, EventLog events)
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
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work);
        await using ConfiguredAsyncDisposable agentsEnd = agents.ConfigureAwait(false);
        RemoteFiles remote = new(parts.Fetch, secrets, agents);
        using BuildContexts contexts = await BuildContexts.OpenAsync(request, new ContextSources(remote, parts.Layers, parts.Work), ct).ConfigureAwait(false);
        if (Frontend.Refuse(contexts.Dockerfile, request.Arguments) is { } refusal)
            throw new BuildException([refusal]);
        ParsedDockerfile parsed = DockerfileParser.Parse(contexts.Dockerfile);
        // 2. Syntax tree to stages, scopes and names. What could not be read keeps nobody from being told of the rest.
        Platform build = MachinePlatform.Current;
        Platform target = request.Platform ?? build;
        FileTime time = await TimeAsync(contexts.Main, ct).ConfigureAwait(false);
        IReadOnlySet<string> local = await parts.Images.ReadRepositoriesAsync(ct).ConfigureAwait(false);
        BoundDockerfile bound = Binder.Bind(parsed.Document, new BindingOptions
        {
            Target = request.Target,
            Arguments = ArgumentsWith(time),
            Platforms = new PlatformArguments(build.ToString(), target.ToString()),
            NamedContexts = contexts.Names,
            ImageExists = local.Contains,
        });
        BuildChecks checks = new(events, contexts.Ignore);
        checks.BeforeBases(parsed, bound);
        // 3. Stages to a graph.
        DeviceCatalog devices = DeviceCatalog.Of(request.DeviceDirectories);
        PlannerOptions options = new()
        {
            Target = target,
            Build = build,
            CanRun = MachinePlatform.CanRun,
            Context = contexts.Main.Operation,
            NamedContexts = await contexts.ResolveAsync(target, ct).ConfigureAwait(false),
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
            events.Add(new BuildEvent.Warning(new Diagnostic(EngineCodes.LimitTooHigh, Severity.Warning, message, Hint: "the shell that starts caisson has the limit: ulimit -H")) { At = events.Now });
        }
        return allowed;
    }

    private async Task<FilesystemState> SolveAsync(BuildPlan plan, Given given, LayerForms forms, CancellationToken ct)
    {
        SolverServices services = new()
        {
            Steps = new StepServices
            {
                Layers = parts.Layers,
                Forms = forms,
                Work = parts.Work,
                Selector = new Selector(parts.Work, parts.Options.Parallelism) { KeepsTimes = request.KeepsTimestamps },
                Archives = given.Archives,
                Sandbox = parts.Sandbox,
                CacheMounts = parts.CacheMounts,
                Secrets = given.Secrets,
                SshAgents = given.Agents,
                Devices = given.Devices,
                HostFiles = HostFiles.Write(parts.Work, parts.Options.ResolvConfPath),
            },
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
            Images = plan.Images.ToDictionary(static i => i.Key, static i => FilesystemState.Of(i.Value)),
        };
        using Solver solver = new(services, options, events, ct);
        return await solver.SolveAsync(plan.Result).ConfigureAwait(false);
    }

    // The words of the Dockerfile see the time itself.
    private ImmutableDictionary<string, string> ArgumentsWith(FileTime time) => request.Arguments.GetValueOrDefault(SourceDate.Variable) == BuildContexts.MainName
        ? request.Arguments.SetItem(SourceDate.Variable, time.Seconds.ToString(CultureInfo.InvariantCulture))
        : request.Arguments;

    private async Task<FileTime> TimeAsync(MainContext context, CancellationToken ct)
    {
        string? given = request.Arguments.GetValueOrDefault(SourceDate.Variable) ?? request.SourceDateEpoch;
        // What "context" stands for is what is taken when nothing is said.
        if (!string.IsNullOrEmpty(given) && given != BuildContexts.MainName)
        {
            return SourceDate.TryParse(given)
                ?? throw new BuildException(EngineCodes.BadSourceDate, $"{SourceDate.Variable} is \"{given}\", which is no time", "write seconds since 1970, such as the output of git log -1 --format=%ct, or context");
        }
        if (context.DirectoryPath is not { } directory || !SourceDate.IsWorkTree(directory))
            return context.Time ?? default;
        try
        {
            return await SourceDate.OfNewestCommitAsync(directory, ct).ConfigureAwait(false) ?? default;
        }
        catch (ProcessStartException)
        {
            string message = "the build context is a git work tree, but there is no git to read the time of its newest commit: the image gets the time 0";
            events.Add(new BuildEvent.Warning(new Diagnostic(EngineCodes.MissingProgram, Severity.Warning, message, Hint: $"install git, or set {SourceDate.Variable}")) { At = events.Now });
            return default;
        }
    }

    // What the build has besides the Dockerfile, most of it given by the user.
    private sealed record Given(BuildContexts Contexts, SecretStore Secrets, SshAgents Agents, DeviceCatalog Devices)
    {
        public required RemoteFiles Remote { get; init; }

        public required ArchiveTrees Archives { get; init; }
    }
}
