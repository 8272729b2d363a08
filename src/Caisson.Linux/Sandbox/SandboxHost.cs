using Caisson.Linux.Files;

namespace Caisson.Linux.Sandbox;

/// <summary>Where the containers of a build live: its namespaces and its runtime. Set up when the first container is asked for, and never before.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly SandboxHostOptions _options;
    private readonly WorkArea _work;
    private readonly SemaphoreSlim _settingUp = new(1);
    private PrivateNamespaces? _namespaces;
    private ISandbox? _sandbox;

    /// <summary>Prepares to set up.</summary>
    /// <param name="options">What to use.</param>
    /// <param name="work">For bundles and the runtime's own files.</param>
    public SandboxHost(SandboxHostOptions options, WorkArea work)
    {
        _options = options;
        _work = work;
        Emulators = new Emulators(options.SearchPath);
    }

    /// <summary>What runs programs of other processors here.</summary>
    public Emulators Emulators { get; }

    /// <summary>The namespaces that mounts are made in.</summary>
    /// <exception cref="SandboxException">They cannot be made here.</exception>
    public async Task<PrivateNamespaces> GetNamespacesAsync(CancellationToken ct)
    {
        await _settingUp.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return _namespaces ??= await MakeNamespacesAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            _settingUp.Release();
        }
    }

    /// <summary>What runs programs.</summary>
    /// <exception cref="MissingRuntimeException">No OCI runtime is on this machine.</exception>
    /// <exception cref="SandboxException">It cannot be used here.</exception>
    public async Task<ISandbox> GetSandboxAsync(CancellationToken ct)
    {
        PrivateNamespaces namespaces = await GetNamespacesAsync(ct).ConfigureAwait(false);
        await _settingUp.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return _sandbox ??= await MakeSandboxAsync(namespaces).ConfigureAwait(false);
        }
        finally
        {
            _settingUp.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_namespaces is not null)
            await _namespaces.DisposeAsync().ConfigureAwait(false);
        _settingUp.Dispose();
    }

    private async Task<PrivateNamespaces> MakeNamespacesAsync(CancellationToken ct)
    {
        PrivateNamespaces namespaces = await PrivateNamespaces.CreateAsync(ct).ConfigureAwait(false);
        // What is started inside has the processors of the thread that starts it.
        if (_options.MaxProcessors is { } count)
            await namespaces.RunAsync(() => Native.ProcessorAffinity.Limit(count)).ConfigureAwait(false);
        return namespaces;
    }

    private async Task<ISandbox> MakeSandboxAsync(PrivateNamespaces namespaces)
    {
        OciRuntime runtime = OciRuntime.Find(_options.SearchPath, _options.Runtime) ?? throw new MissingRuntimeException(_options.Runtime);
        if (runtime.HidesCgroups)
            await namespaces.RunAsync(static () => Native.Mounts.Mount("none", "/sys/fs/cgroup", "tmpfs", Native.MountFlags.None, null)).ConfigureAwait(false);
        Task<ReadOnlyMemory<byte>> filter = Task.Run(() => runtime.TakesSeccompFilter ? SeccompFilter.TryMake() : default);
        string? guard = runtime.KeepsMountFlags
            ? null
            : Processes.SearchPath.Find(_options.SearchPath, "mount") ?? throw new SandboxException($"{runtime.Name} needs the program mount, which is not on this machine");
        string containers = _work.NewDirectory("containers");
        await namespaces.RunAsync(() => Native.Mounts.Mount("tmpfs", containers, "tmpfs", Native.MountFlags.NoDevices, "mode=0711")).ConfigureAwait(false);
        HostTraits traits = HostTraits.Read() with { RootGuardPath = guard, SeccompFilter = await filter.ConfigureAwait(false) };
        return new OciRuntimeSandbox(runtime, traits, namespaces, containers, Emulators);
    }
}
