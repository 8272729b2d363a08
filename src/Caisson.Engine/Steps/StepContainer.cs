using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The container of a step, ready for its program: the root is mounted, and what is mounted besides is at hand.</summary>
/// <remarks>Opened, used for one program, then closed when what the program wrote is wanted. Disposed in any case.</remarks>
internal sealed class StepContainer : IAsyncDisposable
{
    private readonly StepServices _services;
    private readonly Operation.Run _run;
    private readonly ImmutableArray<string> _directories;
    private readonly StepMounts _mounts;
    private readonly WorkScope _work;
    private OverlayRoot? _root;
    private DirectoryHandle? _merged;
    private MountStubs? _stubs;
    private IStepNetwork? _network;

    private StepContainer(StepServices services, Operation.Run run, ImmutableArray<string> directories, StepMounts mounts, WorkScope work)
    {
        _services = services;
        _run = run;
        _directories = directories;
        _mounts = mounts;
        _work = work;
    }

    /// <summary>What runs in it: the step's own program in its surroundings.</summary>
    public SandboxRequest Request { get; private set; } = null!; // set before anyone gets the container

    /// <summary>The root as it was before the program wrote to it.</summary>
    public required MergedTree Below { get; init; }

    /// <summary>The root as the program sees it when it starts.</summary>
    public MergedTree Seen { get; private set; } = null!; // set before anyone gets the container

    /// <summary>When the root was mounted, by the clock that the files of the step have their times of.</summary>
    public FileTime Began { get; private set; }

    /// <summary>The directory that holds what is written to the root, as overlay keeps it. Complete when the container is closed.</summary>
    public string WrittenPath { get; private set; } = "";

    /// <summary>What is written to those mounts that are results, in their order, and what it lies on. Complete when the container is closed.</summary>
    public IReadOnlyList<(string WrittenPath, MergedTree Below)> Results => _mounts.Results;

    /// <summary>Set when the step asked the network for something that ends it.</summary>
    public CancellationToken Refused => _network?.Refused ?? CancellationToken.None;

    /// <summary>Makes the container of a step.</summary>
    /// <param name="services">What steps work with.</param>
    /// <param name="run">The step.</param>
    /// <param name="material">What it works on.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">It cannot be made as asked.</exception>
    /// <exception cref="SandboxException">The sandbox could not be set up.</exception>
    public static async Task<StepContainer> OpenAsync(StepServices services, Operation.Run run, StepMaterial material, Action<StepException> warn, CancellationToken ct)
    {
        if (services.IsOffline && run.Network == StepNetwork.Host)
            throw new StepException(EngineCodes.OfflineStep, "the step asks for the network of the host, and this is offline", "leave out --offline or --network=host; a result of an earlier build would have been taken");
        // 1. Everything that is mounted is there as a directory.
        ImmutableArray<string> directories = await InputFiles.GetDirectoriesAsync(services, material.Inputs[0], ct).ConfigureAwait(false);
        MergedTree tree = await InputFiles.OpenTreeBelowAsync(services, material.Inputs[0], ct).ConfigureAwait(false);
        SandboxUser user = new Accounts(tree).User(run.User);
        if (services.HasOneId && (user.Uid != 0 || user.Gid != 0))
            throw OneId.Refuse(user);
        StepDevices devices = StepDevices.Of(services.Devices, run.Devices, user);
        WorkScope work = services.Work.Begin("step");
        StepMounts mounts = await StepMounts.PrepareAsync(services, work, run, material, ct).ConfigureAwait(false);
        StepContainer container = new(services, run, directories, mounts, work) { Below = tree };
        try
        {
            await mounts.AddAsync(devices, ct).ConfigureAwait(false);
            if (run.Network == StepNetwork.Gateway && services.Gateway is { } gateway)
                container._network = await gateway.OpenAsync(material.Step, run, tree, warn, ct).ConfigureAwait(false);
            // 2. The root is mounted.
            container.Seen = material.Inputs[0] is StepInput.Left left ? await InputFiles.OpenTreeAsync(services, left, withContent: true, ct).ConfigureAwait(false) : tree;
            await container.MountAsync(await container.RequestOfAsync(devices, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            return container;
        }
        catch
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a program to its end and returns its exit code.</summary>
    /// <param name="request">The <see cref="Request"/>, or what was made of it.</param>
    /// <param name="output">Takes its output; null gives it this process's own streams and signals.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SandboxException">It could not be started.</exception>
    public async Task<int> RunAsync(SandboxRequest request, IProcessOutput? output, CancellationToken ct)
    {
        ISandbox sandbox = await _services.Sandbox.GetSandboxAsync(ct).ConfigureAwait(false);
        return await sandbox.RunAsync(request, output, ct).ConfigureAwait(false);
    }

    /// <summary>Ends the network of the step, whose program has ended.</summary>
    /// <returns>A file that tells what went on there; null when there was nothing to tell.</returns>
    /// <exception cref="StepException">Something was asked for that ends the step.</exception>
    public async Task<string?> EndNetworkAsync() => _network is null ? null : await _network.CompleteAsync().ConfigureAwait(false);

    /// <summary>Watches which files of the root are opened from now on.</summary>
    /// <exception cref="StepException">Files cannot be watched here.</exception>
    public FileTrace Trace()
    {
        try
        {
            return FileTrace.Start(_merged ?? throw new InvalidOperationException("the root is not mounted"), Request.RootPath);
        }
        catch (SystemCallException e)
        {
            throw new StepException(EngineCodes.FilesUnwatchable, $"the files that steps open cannot be watched: {e.Message}", "it takes root, and a kernel with fanotify", e);
        }
    }

    /// <summary>Unmounts the root, without what was put there only to be mounted over, and what was mounted besides.</summary>
    public async Task CloseAsync()
    {
        if (_merged is { } merged)
            _stubs?.Remove(merged);
        await UnmountAsync().ConfigureAwait(false);
        await _mounts.DisposeAsync().ConfigureAwait(false);
        _network?.Substitutes?.Clean(WrittenPath);
    }

    /// <summary>The root as the program left it. For a container that is closed.</summary>
    public Task<MergedTree> OpenLeftAsync() => InputFiles.OpenTreeAsync(_services, new StepInput.Left(_directories, WrittenPath), withContent: false, CancellationToken.None);

    /// <summary>Closes the container of a program that failed, and returns what it takes to make it again.</summary>
    public async Task<FailedRun> LeaveAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _work.Keep();
        List<StepInput> inputs = [new StepInput.Left(_directories, WrittenPath)];
        ImmutableArray<StepMount>.Builder mounts = ImmutableArray.CreateBuilder<StepMount>(_run.Mounts.Length);
        for (int i = 0; i < _run.Mounts.Length; i++)
        {
            if (Kept(_run.Mounts[i], i, inputs) is { } mount)
                mounts.Add(mount);
        }
        Operation.Run run = _run with
        {
            Mounts = mounts.ToImmutable(),
            Environment = [.. _run.Environment, .. _run.SecretEnvironment.Where(v => !_services.Secrets.Has(v.Id)).Select(static v => v.Name + "=")],
            SecretEnvironment = [.. _run.SecretEnvironment.Where(v => _services.Secrets.Has(v.Id))],
        };
        return new FailedRun(run, [.. inputs]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnmountAsync().ConfigureAwait(false);
        await _mounts.DisposeAsync().ConfigureAwait(false);
        if (_network is not null)
            await _network.DisposeAsync().ConfigureAwait(false);
        _work.Dispose();
    }

    // All but the root, which is not mounted yet.
    private async Task<SandboxRequest> RequestOfAsync(StepDevices devices, CancellationToken ct)
    {
        Operation.Run run = _run;
        ImmutableArray<string> environment = await SecretVariables.AddToAsync(devices.AddTo([.. run.ProxyEnvironment, .. run.Environment]), run, _services.Secrets, ct).ConfigureAwait(false);
        SandboxRequest request = new()
        {
            Id = "",
            RootPath = "",
            Arguments = run.Arguments,
            Architecture = run.Platform.Architecture,
            Environment = _network?.AddTo(environment) ?? environment,
            WorkingDirectory = run.WorkingDirectory,
            User = devices.User,
            HostName = run.HostName ?? _services.HostName ?? HostFiles.HostName,
            Network = _network is not null ? SandboxNetwork.Gateway : run.Network is StepNetwork.None or StepNetwork.Gateway || _services.IsOffline ? SandboxNetwork.None : SandboxNetwork.Host,
            NetworkPath = _network?.Path,
            Security = run.Security == StepSecurity.Insecure ? SandboxSecurity.Insecure : SandboxSecurity.Sandboxed,
            Limits = run.Limits,
            Hooks = devices.Hooks,
            Mounts = [.. _mounts.Mounts, .. _network?.Mounts ?? []],
        };
        return run.SharedMemoryBytes is { } size ? request with { SharedMemoryBytes = size } : request;
    }

    private async Task MountAsync(SandboxRequest request, CancellationToken ct)
    {
        PrivateNamespaces namespaces = await _services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        bool opensDevices = request.Security == SandboxSecurity.Insecure;
        ImmutableArray<string> directories = _network?.Substitutes is { } substitutes ? [substitutes.DirectoryPath, .. _directories] : _directories;
        _root = await OverlayRoot.MountAsync(namespaces, _work, directories, _services.Layers.Marks, opensDevices).ConfigureAwait(false);
        WrittenPath = _root.WrittenPath;
        Began = TimeOf(WrittenPath); // it was made just now
        _merged = await _root.OpenAsync().ConfigureAwait(false);
        _stubs = MountStubs.Make(_merged, Seen, request.Mounts);
        string id = Path.GetFileName(Path.GetDirectoryName(_root.Path)!); // the work area's own name for the mount
        Request = request with { Id = id, RootPath = _root.Path };
    }

    private async Task UnmountAsync()
    {
        _merged?.Dispose();
        _merged = null;
        if (_root is { } root)
        {
            _root = null;
            await root.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A mount with the input that it has from now on; null for a secret or an agent that was not there.
    private StepMount? Kept(StepMount mount, int index, List<StepInput> inputs)
    {
        switch (mount)
        {
            case StepMount.Secret secret:
                return _services.Secrets.Has(secret.Id) ? mount : null;
            case StepMount.Ssh ssh:
                return _services.SshAgents.Has(ssh.Id) ? mount : null;
            case StepMount.Bind bind:
                (StepInput.Left files, string path) = _mounts.ShownBy(index);
                inputs.Add(files);
                return new StepMount.Bind(bind.Target, inputs.Count - 1, path, bind.IsReadOnly);
            case StepMount.Cache cache when _mounts.SeedOf(index) is { } seed:
                inputs.Add(new StepInput.Seed(seed));
                return cache with { Input = inputs.Count - 1 };
            default:
                return mount;
        }
    }

    private static FileTime TimeOf(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        return directory.Status().Modified;
    }
}
