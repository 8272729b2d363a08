using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Caching;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Bench.Micro;

/// <summary>
/// 1,000 stages, each a program that mounts the stage before it: from the text to the graph; the keys of the graph; and the order of work, with steps that are done as soon as they
/// begin. All of a schedule's steps run, and each leaves its record on disk.
/// </summary>
public class SchedulerBenchmarks
{
    private const int Stages = 1000;

    private readonly SourceText _text = new("Dockerfile", TextOf());
    private readonly string _path = Directory.CreateTempSubdirectory("caisson-bench-").FullName;
    private EngineParts? _parts;
    private StepServices? _steps;
    private Node? _target;

    // In one process, BenchmarkDotNet does not wait for what is set up asynchronously.
    [GlobalSetup]
    public void SetUp() => SetUpAsync().Wait();

    private async Task SetUpAsync()
    {
        _parts = await EngineParts.OpenAsync(new BuildEngineOptions { StatePath = _path, SearchPath = "" }, CancellationToken.None);
        _steps = new StepServices
        {
            Layers = _parts.Layers,
            Forms = _parts.NewForms(new EventLog(TimeProvider.System)),
            Work = _parts.Work,
            Selector = new Selector(_parts.Work, parallelism: 1),
            Archives = new ArchiveTrees(_parts.Work),
            Sandbox = _parts.Sandbox,
            CacheMounts = _parts.CacheMounts,
            Secrets = SecretStore.Empty,
            SshAgents = SshAgents.Open(ImmutableDictionary<string, SshAgentSource>.Empty, _parts.Sandbox, _parts.Work),
            Devices = DeviceCatalog.Empty,
            HostFiles = new HostFiles("/dev/null"),
        };
        _steps.Layers.PublishDirectory(NothingElse.Made.Id, _steps.Work.NewDirectory("made"));
        _target = await PlanAsync();
        await ScheduleAsync(usesCache: true);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _parts?.DisposeAsync().AsTask().Wait();
        DirectoryRemoval.Remove(_path);
    }

    [Benchmark(Description = "parsed and bound")]
    public BoundDockerfile Bind() =>
        Binder.Bind(DockerfileParser.Parse(_text).Document, new BindingOptions { Platforms = new PlatformArguments("linux/amd64", "linux/amd64") });

    /// <summary>The graph of the text.</summary>
    [Benchmark(Description = "parsed, bound and planned")]
    public async Task<Node> PlanAsync()
    {
        BoundDockerfile bound = Bind();
        PlannerOptions options = new()
        {
            Target = Platform.LinuxAmd64,
            Programs = new ProgramCheck(Platform.LinuxAmd64, static _ => ProgramSupport.Native),
            Context = new Operation.Context("context"),
            NamedContexts = ImmutableDictionary<string, NamedContext>.Empty,
            Time = new FileTime(0, 0),
        };
        return (await new Planner(options, NothingElse.Instance, NothingElse.Instance).PlanAsync(bound, CancellationToken.None)).Result;
    }

    [Benchmark(Description = "keys")]
    public async Task<Digest> KeysAsync()
    {
        using Keys keys = new(_steps!, ImmutableDictionary<string, SourceTree>.Empty); // made before
        return await keys.GetAsync(_target!, CancellationToken.None);
    }

    [Benchmark(Description = "schedule, nothing changed")]
    public Task<int> NothingChangedAsync() => ScheduleAsync(usesCache: true);

    [Benchmark(Description = "schedule, every step done")]
    public Task<int> EverythingAsync() => ScheduleAsync(usesCache: false);

    private async Task<int> ScheduleAsync(bool usesCache)
    {
        SolverServices services = new()
        {
            Steps = _steps!, // made before
            Work = NothingElse.Instance,
            Fetcher = NothingElse.Instance,
            Cache = _parts!.Cache, // as above
            Running = new InFlight<Layer> { UsesBeginner = true },
            RunSlots = new Slots(4),
        };
        SolverOptions options = new() { UsesCache = usesCache, Contexts = ImmutableDictionary<string, SourceTree>.Empty, Images = ImmutableDictionary<Reference, FilesystemState>.Empty };
        using Solver solver = new(services, options, new EventLog(TimeProvider.System), CancellationToken.None);
        return (await solver.SolveAsync(_target!)).Layers.Length;
    }

    private static string TextOf()
    {
        StringBuilder text = new("FROM scratch AS stage0\nRUN [\"step\"]\n");
        for (int i = 1; i < Stages; i++)
            text.Append(CultureInfo.InvariantCulture, $"FROM scratch AS stage{i}\nRUN --mount=from=stage{i - 1},target=/before [\"step\", \"{i}\"]\n");
        return text.ToString();
    }

    // Steps that are done at once; and no image, no file of the web.
    private sealed class NothingElse : IStepWork, IFetcher, IImageResolver, IRemoteResolver
    {
        public static Layer Made { get; } = new(LayerId.NewUnique(), new LayerOrigin.Written());

        public static NothingElse Instance { get; } = new();

        public Task<Selection> SelectAsync(Operation.Copy copy, ImmutableArray<StepInput> inputs, CancellationToken ct) => throw new NotSupportedException();

        public Task<Layer> ExecuteAsync(Operation operation, StepMaterial material, StepTelling telling, CancellationToken ct) => Task.FromResult(Made);

        public Layer? Find(Operation.Fetched pinned) => throw new NotSupportedException();

        public Task<Layer> FetchAsync(Operation.Fetched pinned, CancellationToken ct) => throw new NotSupportedException();

        public Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct) => throw new NotSupportedException();

        public Task<Operation.Fetched> ResolveAsync(RemoteSource source, CancellationToken ct) => throw new NotSupportedException();
    }
}
