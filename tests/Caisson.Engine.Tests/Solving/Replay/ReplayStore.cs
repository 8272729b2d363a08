using System.Collections.Immutable;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>The store that schedules work on, one after the other. Each has steps of its own, so that none finds what another left.</summary>
internal sealed class ReplayStore : IAsyncDisposable
{
    // In memory, where the machine has a place for that: thousands of records are written.
    private const string InMemory = "/dev/shm";

    private readonly TempDirectory _directory;
    private readonly EngineParts _parts;
    private int _schedules;

    private ReplayStore(TempDirectory directory, EngineParts parts)
    {
        _directory = directory;
        _parts = parts;
        Steps = new StepServices
        {
            Layers = parts.Layers,
            Forms = parts.NewForms(new EventLog(TimeProvider.System)),
            Work = parts.Work,
            Selector = new Selector(parts.Work, parallelism: 1),
            Archives = new ArchiveTrees(parts.Work),
            Sandbox = parts.Sandbox,
            CacheMounts = parts.CacheMounts,
            Secrets = SecretStore.Empty,
            SshAgents = SshAgents.Open(ImmutableDictionary<string, SshAgentSource>.Empty, parts.Sandbox, parts.Work),
            Devices = DeviceCatalog.Empty,
            HostFiles = new HostFiles("/dev/null"),
        };
    }

    public StepServices Steps { get; }

    public string CachePath => _directory["steps"];

    public static async Task<ReplayStore> OpenAsync()
    {
        TempDirectory directory = Directory.Exists(InMemory) ? new(InMemory) : new();
        return new ReplayStore(directory, await EngineParts.OpenAsync(new BuildEngineOptions { StatePath = directory["state"], SearchPath = "" }, CancellationToken.None));
    }

    /// <summary>A word that no other schedule has.</summary>
    public string NewSalt() => $"s{++_schedules}";

    /// <summary>Gives the store the layer of a step.</summary>
    public Layer Publish(LayerId id)
    {
        if (Steps.Layers.FindDirectory(id) is null)
            Steps.Layers.PublishDirectory(id, Steps.Work.NewDirectory("made"));
        return new Layer(id, new LayerOrigin.Written());
    }

    public async ValueTask DisposeAsync()
    {
        await Steps.SshAgents.DisposeAsync();
        Steps.Archives.Dispose();
        await _parts.DisposeAsync();
        _directory.Dispose();
    }
}
