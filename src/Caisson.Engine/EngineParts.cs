using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Imaging;
using Caisson.Engine.Keeping;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>What builds share, put together once.</summary>
internal sealed class EngineParts : IAsyncDisposable
{
    private readonly EngineParts? _shared;

    private EngineParts(BuildEngineOptions options, WorkArea work, ImageStore images)
    {
        string At(string name) => Path.Combine(options.StatePath, name);
        Options = options;
        Work = work;
        Images = images;
        FileSystemSync sync = new(At("flushed"));
        Layers = new LayerStore(At(OwnName("layers")), MarksOn(options.Ladder.Rung), sync) { Claims = work.Claims };
        Stats = new StatCaches(Path.Combine(At("cache"), "stats"), sync, work, options.Time);
        Directories = new LayerDirectories(Layers, work, options.Parallelism);
        Blobs = new LayerBlobs(Layers, images.Layout, work, options.Parallelism);
        Cache = new StepCache(At(OwnName("cache")), work, options.Time);
        CacheMounts = new CacheMountStore(At(OwnName("cache-mounts")), work, options.Time);
        KeptSteps = new KeptStepFiles(At(OwnName(KeptStepFiles.DirectoryName)), Layers, work);
        Sandbox = new SandboxHost(new SandboxHostOptions { SearchPath = options.SearchPath, Runtime = options.Runtime, MaxProcessors = options.StepProcessors }, work);
        Registry = new RegistryClient(options.Registry);
        Fetch = new FetchParts(options, Layers, work);
        ClientDirectories = new ClientDirectoryStore(At(ClientDirectoryStore.DirectoryName), work.Claims, options.Time);
        Responses = new ResponseStore(options.StatePath, work);
        RunSlots = new Slots(options.MaxRunningSteps);
        Running = new InFlight<Layer> { UsesBeginner = true };
        Limiting = new SharedTurn<long>();
    }

    // The same for a build with credentials of its own: what speaks to registries is its own, and all else is shared.
    private EngineParts(EngineParts shared, RegistryOptions registry)
    {
        _shared = shared;
        Options = shared.Options with { Registry = registry };
        Work = shared.Work;
        Images = shared.Images;
        Layers = shared.Layers;
        Stats = shared.Stats;
        Directories = shared.Directories;
        Blobs = shared.Blobs;
        Cache = shared.Cache;
        CacheMounts = shared.CacheMounts;
        KeptSteps = shared.KeptSteps;
        ClientDirectories = shared.ClientDirectories;
        Sandbox = shared.Sandbox;
        Registry = new RegistryClient(registry);
        Fetch = shared.Fetch;
        Responses = shared.Responses;
        RunSlots = shared.RunSlots;
        Running = shared.Running;
        Limiting = shared.Limiting;
    }

    public BuildEngineOptions Options { get; }

    public WorkArea Work { get; }

    public ImageStore Images { get; }

    public LayerStore Layers { get; }

    public StatCaches Stats { get; }

    public LayerDirectories Directories { get; }

    public LayerBlobs Blobs { get; }

    public StepCache Cache { get; }

    public CacheMountStore CacheMounts { get; }

    public KeptStepFiles KeptSteps { get; }

    public SandboxHost Sandbox { get; }

    public RegistryClient Registry { get; }

    public FetchParts Fetch { get; }

    public ClientDirectoryStore ClientDirectories { get; }

    public ResponseStore Responses { get; }

    /// <summary>Bounds how many programs run at once.</summary>
    public Slots RunSlots { get; }

    /// <summary>The programs that are running, by key.</summary>
    public InFlight<Layer> Running { get; }

    /// <summary>Keeps the store within its size; comes to what it holds then, in bytes.</summary>
    public SharedTurn<long> Limiting { get; }

    /// <summary>
    /// The name of a directory of the store that each rung of the ladder has for itself: what is unpacked on one has owners that mean nothing on another.
    /// Images are the same on each.
    /// </summary>
    public string OwnName(string name) => NameOf(name, Options.Ladder.Rung);

    /// <summary>The names that the other rungs have for such a directory.</summary>
    public IEnumerable<string> OtherNames(string name)
    {
        foreach (string other in (string[])[name, NameOf(name, Rung.OneId), NameOf(name, Rung.FilesOnly)])
        {
            if (other != OwnName(name))
                yield return other;
        }
    }

    /// <summary>Opens the store.</summary>
    public static async Task<EngineParts> OpenAsync(BuildEngineOptions options, CancellationToken ct)
    {
        Directory.CreateDirectory(options.StatePath);
        WorkArea work = await WorkArea.CreateAsync(Path.Combine(options.StatePath, "tmp"), options.Time, ct).ConfigureAwait(false);
        try
        {
            string remembered = Path.Combine(options.StatePath, "cache", "images");
            ImageStore images = await ImageStore.OpenAsync(Path.Combine(options.StatePath, "images"), remembered, work, options.Time, ct).ConfigureAwait(false);
            if (work.HasSwept)
                images.Layout.RemoveLeftovers();
            return new EngineParts(options, work, images);
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }

    /// <summary>The same for a build that speaks to registries in a way of its own, to be disposed of before this one; null for one that does not.</summary>
    public EngineParts? For(BuildRequest request)
    {
        RegistryOptions registry = Options.Registry;
        ImmutableHashSet<string> insecure = registry.InsecureRegistries.Union(request.Exports.OfType<Export.Registry>().Where(static r => r.IsInsecure).Select(static r => r.Name.Registry));
        if (insecure.Count > registry.InsecureRegistries.Count)
            registry = registry with { InsecureRegistries = insecure };
        if (request.Credentials is { } credentials)
            registry = registry with { Credentials = new CredentialChain([credentials, registry.Credentials]) };
        return registry == Options.Registry ? null : new EngineParts(this, registry);
    }

    /// <summary>What steps work with.</summary>
    /// <param name="forms">Makes the forms of layers.</param>
    /// <param name="archives">The archives that are unpacked.</param>
    /// <param name="secrets">The secrets that steps may have.</param>
    /// <param name="agents">The SSH agents that they may have.</param>
    /// <param name="devices">The devices that they may have.</param>
    public StepServices NewSteps(LayerForms forms, ArchiveTrees archives, SecretStore secrets, SshAgents agents, DeviceCatalog devices) => new()
    {
        Layers = Layers,
        Forms = forms,
        Work = Work,
        Selector = new Selector(Work, Options.Parallelism),
        Archives = archives,
        Sandbox = Sandbox,
        CacheMounts = CacheMounts,
        Secrets = secrets,
        SshAgents = agents,
        Devices = devices,
        IsOffline = Options.IsOffline,
        HasOneId = Options.Ladder.Rung == Rung.OneId,
        HostFiles = new HostFiles(Options.ResolvConfPath),
    };

    private static string NameOf(string name, Rung rung) => rung switch
    {
        Rung.OneId => name + "-one-id",
        Rung.FilesOnly => name + "-files-only",
        _ => name,
    };

    private static OverlayMarks MarksOn(Rung rung) =>
        rung == Rung.FilesOnly ? OverlayMarks.Unmounted : UserNamespace.IsInside ? OverlayMarks.User : OverlayMarks.Trusted;

    /// <summary>The forms of layers, for one build.</summary>
    public LayerForms NewForms(EventLog events) => new(Layers, Directories, Blobs, events);

    /// <summary>
    /// Writes what was published to disk. To be done when all has gone well: what a failed or interrupted build made is used as well, but not after a loss of power.
    /// Whoever is interrupted does not wait for a slow disk.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public Task FlushAsync(CancellationToken ct) => Task.Run(Layers.Flush, ct).WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
        {
            Registry.Dispose();
            return;
        }
        await Sandbox.DisposeAsync().ConfigureAwait(false);
        Registry.Dispose();
        Fetch.Dispose();
        Limiting.Dispose();
        Work.Dispose();
    }
}
