using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Reproducing;
using Caisson.Engine.Secrets;
using Caisson.Engine.Solving;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>
/// Does a build once more under other conditions, and compares. The graph is the same, and so is all that it takes from outside; every step of it is done, in a store of its own,
/// by one program at a time on one processor, later, under another host name, with files on another file system.
/// </summary>
/// <param name="first">What the first build had.</param>
/// <param name="request">What is built.</param>
/// <param name="events">Told what happens.</param>
internal sealed class Repetition(EngineParts first, BuildRequest request, EventLog events)
{
    // Some formats keep even seconds only (zip).
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);

    // An empty store with its links and mounts; what steps need is not known before.
    private const long LeastMemoryBytes = 256L << 20;

    /// <summary>The plans, platform by platform.</summary>
    public required ImmutableArray<BuildPlan> Plans { get; init; }

    /// <summary>The build contexts.</summary>
    public required BuildContexts Contexts { get; init; }

    /// <summary>Fetches what comes from elsewhere.</summary>
    public required IFetcher Fetcher { get; init; }

    /// <summary>The secrets of the build.</summary>
    public required SecretStore Secrets { get; init; }

    /// <summary>The devices of this machine.</summary>
    public required DeviceCatalog Devices { get; init; }

    /// <summary>What the build may take from outside.</summary>
    public required BuildGuard Guard { get; init; }

    /// <summary>The forms of the layers of the first build.</summary>
    public required LayerForms Forms { get; init; }

    /// <summary>What the steps of the first build came to.</summary>
    public required BuiltSteps Steps { get; init; }

    /// <summary>What its steps did on the network.</summary>
    public required IReadOnlyDictionary<Digest, NetworkRecord> Network { get; init; }

    /// <summary>Does it as often as was asked for.</summary>
    /// <param name="results">What the first build came to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">Something else came of it, or it cannot be done again.</exception>
    public async Task<Reproduction> ProveAsync(ExportableSet results, CancellationToken ct)
    {
        // As the first export of an image wants it, which then has nothing left to do.
        Export export = request.Exports.FirstOrDefault(static e => e.IsImage) ?? new Export.Store([]);
        BuildResult made = await events.ReportAsync("exporting layers", token => new ImageAssembly(Forms, export).MakeAsync(results, token), ct).ConfigureAwait(false);
        Digest digest = made.Descriptor!.Digest; // there is an image
        Expected expected = new(results, export, digest);
        Conditions conditions = new();
        for (int number = 2; number <= request.Builds; number++)
            conditions = await RepeatAsync(number, expected, inMemory: true, ct).ConfigureAwait(false) ?? await RepeatAsync(number, expected, inMemory: false, ct).ConfigureAwait(false) ?? conditions;
        return new Reproduction { Builds = request.Builds, Digest = digest, Varied = conditions.Varied, NotVaried = conditions.NotVaried };
    }

    private Task<Conditions?> RepeatAsync(int number, Expected expected, bool inMemory, CancellationToken ct)
    {
        string work = string.Create(CultureInfo.InvariantCulture, $"building again: {number} of {request.Builds}");
        return events.ReportAsync(work, (say, token) => RepeatAsync(number, expected with { Say = say }, inMemory, new Conditions(), token), ct);
    }

    // Null when it was tried in memory, and that has too little room or cannot do what is needed.
    private async Task<Conditions?> RepeatAsync(int number, Expected expected, bool inMemory, Conditions conditions, CancellationToken ct)
    {
        string directory = first.Work.NewDirectory("again");
        OwnFileSystem? files = null;
        try
        {
            files = await MountAsync(directory, conditions, inMemory, ct).ConfigureAwait(false);
            await Task.Delay(Later, first.Options.Time, ct).ConfigureAwait(false);
            conditions.Vary("time");
            string store = Path.Combine(directory, "files", string.Create(CultureInfo.InvariantCulture, $"build-{number}"));
            conditions.Vary("path");
            BuildEngineOptions options = first.Options with { StatePath = store, MaxRunningSteps = 1, StepProcessors = ProcessorsOf(conditions), MaxSizeBytes = null, HistoryMaxBuilds = 0 };
            EngineParts parts = await EngineParts.OpenAsync(options, ct).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable end = parts.ConfigureAwait(false);
            using IDisposable use = parts.Work.Claims.Begin();
            await BuildAsync(number, parts, expected, conditions, ct).ConfigureAwait(false);
            return conditions;
        }
        catch (Exception e) when (inMemory && files is { IsInMemory: true } && (e is IOException io && SystemCallException.SaysDiskFull(io) || e is StepFailure { Reason: SandboxException or StepException { Code: EngineCodes.DiskFull } or RunFailedException { HasFullDisk: true } }))
        {
            return null;
        }
        finally
        {
            files?.Dispose();
            DirectoryRemoval.Remove(directory);
        }
    }

    private async Task<OwnFileSystem?> MountAsync(string directory, Conditions conditions, bool inMemory, CancellationToken ct)
    {
        const string condition = "directory order";
        string mountPoint = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        if (!first.Options.HasOwnMounts)
        {
            conditions.Leave(condition, "no mount namespace of its own");
            return null;
        }
        (OwnFileSystem? files, string reason) = await OwnFileSystem.TryMountAsync(mountPoint, Path.Combine(directory, "disk"), first.Options.SearchPath, inMemory ? LeastMemoryBytes : long.MaxValue, ct).ConfigureAwait(false);
        if (files is null)
            conditions.Leave(condition, reason);
        else
            conditions.Vary(condition);
        return files;
    }

    private static int ProcessorsOf(Conditions conditions)
    {
        if (ProcessorAffinity.Count > 1)
            conditions.Vary("parallelism");
        else
            conditions.Leave("parallelism", "this process has one processor");
        return 1;
    }

    private async Task BuildAsync(int number, EngineParts parts, Expected expected, Conditions conditions, CancellationToken ct)
    {
        bool isNamed = Plans.SelectMany(static p => p.Steps).Any(static s => s.Node.Operation is Operation.Run { HostName: not null });
        string hostName = string.Create(CultureInfo.InvariantCulture, $"caisso{number}");
        if (isNamed)
            conditions.Leave("host name", $"{BuildRun.HostNameArgument} sets it");
        else
            conditions.Vary("host name");
        conditions.Leave("user", "steps have the users of their image in both");
        expected.Say($"varied: {string.Join(", ", conditions.Varied)}");
        expected.Say($"not varied: {string.Join(", ", conditions.NotVaried)}");
        EventLog log = new(first.Options.Time);
        Task telling = new RepeatedEvents(events, number).TellAsync(log);
        try
        {
            await SolveAsync(number, parts, expected, new Quiet(log, hostName), ct).ConfigureAwait(false);
        }
        finally
        {
            log.Complete();
            await telling.ConfigureAwait(false);
        }
    }

    private async Task SolveAsync(int number, EngineParts parts, Expected expected, Quiet quiet, CancellationToken ct)
    {
        using LayerForms forms = parts.NewForms(quiet.Events);
        using ArchiveTrees archives = new(parts.Work);
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work, request.SshAgentProvider);
        await using ConfiguredAsyncDisposable agentsEnd = agents.ConfigureAwait(false);
        using Gateway gateway = new(parts.Sandbox, () => NewGateway(parts), parts.Work, parts.Layers.Marks);
        StepServices steps = parts.NewSteps(forms, archives, Secrets, agents, Devices) with
        {
            Selector = new Selector(parts.Work, parts.Options.Parallelism) { KeepsTimes = request.KeepsTimestamps },
            Gateway = gateway,
            HostName = quiet.HostName,
        };
        BuiltSteps built = new();
        Surroundings then = new() { HostName = HostFiles.HostName, Processors = ProcessorAffinity.Count, StorePath = first.Options.StatePath, From = DateTimeOffset.UnixEpoch, To = quiet.Events.Date };
        Surroundings now = new() { HostName = quiet.HostName, Processors = 1, StorePath = parts.Options.StatePath, From = quiet.Events.Date, To = quiet.Events.Date };
        using Solver solver = new(ServicesOf(parts, steps), OptionsOf(built), quiet.Events, ct);
        FilesystemState[] results = await SolveAsync(solver, number).ConfigureAwait(false);
        BuiltOnce one = new(Steps, Forms, then), other = new(built, forms, now with { To = quiet.Events.Date });
        ExportableSet set = expected.Results with { Platforms = [.. expected.Results.Platforms.Zip(results, static (platform, files) => platform with { Files = files })] };
        BuildResult made = await quiet.Events.ReportAsync("exporting layers", token => new ImageAssembly(forms, expected.Export).MakeAsync(set, token), ct).ConfigureAwait(false);
        if (made.Descriptor!.Digest == expected.Digest) // there is an image
            return;
        DifferenceReport report = new(one, other, expected.Results.Platforms[0].As(expected.Export).Form) { Hide = request.Secrets.IsEmpty ? null : text => SecretMask.Hide(text, Secrets) };
        ImmutableArray<Diagnostic> told = await report.TellAsync(Plans.Select(static p => p.Result), number, ct).ConfigureAwait(false);
        throw new BuildException(told.IsEmpty ? [Unexplained(number, expected.Digest, made.Descriptor.Digest)] : [.. told, .. OtherAnswers(parts, built, number)]);
    }

    // The same requests with other answers: those that had something sent, which are not answered from what is remembered.
    private IEnumerable<Diagnostic> OtherAnswers(EngineParts parts, BuiltSteps built, int number)
    {
        foreach (Node step in Plans.SelectMany(static p => p.Steps).Select(static s => s.Node).Distinct())
        {
            if (!Network.TryGetValue(step.Digest, out NetworkRecord? record) || built.Find(step) is not { Layers: [.., var top] } || parts.Layers.FindNote(top.Id, RunStep.NetworkNote) is not { } note || NetworkRecord.TryRead(note) is not { } again)
                continue;
            ILookup<string, RecordedExchange> before = record.Exchanges.ToLookup(static e => e.Key, StringComparer.Ordinal);
            RecordedExchange? other = again.Exchanges.FirstOrDefault(e => before[e.Key].Any() && before[e.Key].All(b => b.Status != e.Status || b.Content != e.Content));
            if (other is null)
                continue;
            string message = string.Create(CultureInfo.InvariantCulture, $"the network answered otherwise in build {number}: {other.Method} {other.Address}");
            yield return new Diagnostic(EngineCodes.AnswersDiffer, Severity.Error, message, step.Label.Where, "this is no fault of the step: take from servers only what stays the same, or copy it from the build context");
        }
    }

    private async Task<FilesystemState[]> SolveAsync(Solver solver, int number)
    {
        try
        {
            return await solver.SolveAsync([.. Plans.Select(static p => p.Result)]).ConfigureAwait(false);
        }
        catch (StepFailure e) when (Failures.Explain(e) is { } explained && e.Reason is RunFailedException { HasFullDisk: false } or StepException { Code: EngineCodes.NetworkDenied })
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"the step went well in build 1, and failed in build {number}: {explained.Message}");
            const string hint = "find out what it needs of what was not the same: the time, the host name, the number of processors, the order of directories, the content of cache mounts";
            throw new BuildException([new Diagnostic(EngineCodes.RepetitionFailed, Severity.Error, message, e.Node.Label.Where, hint)], e) { FailedStep = explained.FailedStep };
        }
    }

    private GatewayParts NewGateway(EngineParts parts)
    {
        GatewayParts gateway = Guard.NewGateway(parts, Secrets);
        Dictionary<string, NetworkRecord> records = Plans.SelectMany(static p => p.Steps).Select(static s => s.Node).Where(n => Network.ContainsKey(n.Digest)).DistinctBy(static n => n.Label.Text).ToDictionary(static n => n.Label.Text, n => Network[n.Digest], StringComparer.Ordinal);
        return gateway with { UpstreamOf = step => new RepeatedAnswers(records.GetValueOrDefault(step)?.Exchanges ?? [], first.Responses, Secrets, gateway.UpstreamOf(step)) };
    }

    private SolverServices ServicesOf(EngineParts parts, StepServices steps) => new()
    {
        Steps = steps,
        Work = new StepWork(steps),
        Fetcher = new RepeatedFetcher(Fetcher, Forms, parts),
        Cache = parts.Cache,
        Running = parts.Running,
        RunSlots = parts.RunSlots,
    };

    private SolverOptions OptionsOf(BuiltSteps built) => new()
    {
        UsesCache = false,
        LooksAtAll = true,
        Contexts = Contexts.Trees,
        Solved = built.Add,
        Images = BuildPlan.ImagesOf(Plans).ToDictionary(static i => i.Key, static i => FilesystemState.Of(i.Value)),
    };

    private static Diagnostic Unexplained(int number, Digest expected, Digest came) =>
        new(EngineCodes.NotReproducible, Severity.Error, string.Create(CultureInfo.InvariantCulture, $"build {number} came to {came}, build 1 to {expected}; no step was found that they came apart at"), Where: null, "compare the images: caisson diff");

    // What the first build came to, and the form that it has.
    private sealed record Expected(ExportableSet Results, Export Export, Digest Digest)
    {
        // Takes what there is to say meanwhile.
        public Action<string> Say { get; init; } = static _ => { };
    }

    private sealed record Quiet(EventLog Events, string HostName);

    private sealed class Conditions
    {
        private static readonly string[] Order = ["time", "host name", "parallelism", "path", "directory order", "user"];

        private readonly SortedDictionary<int, string> _varied = [];
        private readonly SortedDictionary<int, string> _left = [];

        public ImmutableArray<string> Varied => [.. _varied.Values];

        public ImmutableArray<string> NotVaried => [.. _left.Values];

        public void Vary(string condition) => _varied[Array.IndexOf(Order, condition)] = condition;

        public void Leave(string condition, string reason) => _left[Array.IndexOf(Order, condition)] = $"{condition} ({reason})";
    }
}
