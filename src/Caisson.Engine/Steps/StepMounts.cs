using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The mounts of one step: gets their sources ready and lets them go afterwards.</summary>
internal sealed class StepMounts : IAsyncDisposable
{
    private readonly StepServices _services;
    private readonly WorkScope _work;
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<SandboxMount> _mounts = [];
    private readonly ImmutableArray<SandboxMount> _hostFiles;
    private readonly Dictionary<int, (StepInput.Left Files, string Path)> _shown = [];
    private readonly List<(string WrittenPath, MergedTree Below)> _results = [];
    private StepCaches? _caches;
    private MemoryFiles? _secrets;
    private bool _hasEnded;

    private StepMounts(StepServices services, WorkScope work, Operation.Run run)
    {
        _services = services;
        _work = work;
        _hostFiles = services.HostFiles.Write(work, run.HostName ?? services.HostName, run.ExtraHosts, run.Network == StepNetwork.Gateway);
    }

    /// <summary>The mounts, those every step has first, then the others, each behind those that it may lie in.</summary>
    public ImmutableArray<SandboxMount> Mounts => [.. _hostFiles, .. _mounts.OrderBy(static m => m.Destination, StringComparer.Ordinal)];

    /// <summary>Gets the mounts of a step ready.</summary>
    /// <param name="services">What steps work with.</param>
    /// <param name="work">For what is made for this step alone; goes when this fails.</param>
    /// <param name="run">The step.</param>
    /// <param name="material">What it works on.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">A source is not there.</exception>
    /// <exception cref="IOException">A source cannot be read or copied.</exception>
    public static async Task<StepMounts> PrepareAsync(StepServices services, WorkScope work, Operation.Run run, StepMaterial material, CancellationToken ct)
    {
        StepMounts mounts = new(services, work, run);
        try
        {
            mounts._caches = await StepCaches.LeaseAsync(services, run, material, ct).ConfigureAwait(false);
            for (int i = 0; i < run.Mounts.Length; i++)
            {
                if (await mounts.PrepareAsync(run, i, material, ct).ConfigureAwait(false) is { } mount)
                    mounts._mounts.Add(mount);
            }
            return mounts;
        }
        catch
        {
            await mounts.DisposeAsync().ConfigureAwait(false);
            work.Dispose();
            throw;
        }
    }

    /// <summary>Adds the device files of a step, and the files that come with its devices.</summary>
    /// <exception cref="StepException">A device file is not on this machine.</exception>
    public async Task AddAsync(StepDevices devices, CancellationToken ct)
    {
        _mounts.AddRange(devices.Mounts);
        if (devices.NodeCount == 0)
            return;
        MemoryFiles? nodes = null;
        if (!UserNamespace.IsInside)
        {
            PrivateNamespaces namespaces = await _services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
            _open.Add(nodes = await MemoryFiles.CreateAsync(namespaces, _work, devices.NodeCount, opensDevices: true).ConfigureAwait(false));
        }
        _mounts.AddRange(await devices.MakeAsync(nodes).ConfigureAwait(false));
    }

    /// <summary>The files that a bind mount shows, with what the step wrote there, and the path within them. Complete after the end.</summary>
    /// <param name="index">Which of the step's mounts.</param>
    public (StepInput.Left Files, string Path) ShownBy(int index) => _shown[index];

    /// <summary>What was written to those mounts that are results, in their order: directories as overlay keeps them, and what they lie on. Complete after the end.</summary>
    public IReadOnlyList<(string WrittenPath, MergedTree Below)> Results => _results;

    /// <summary>The name of what the directory of a cache mount began with; null when it began empty.</summary>
    /// <param name="index">Which of the step's mounts.</param>
    public string? SeedOf(int index) => _caches?.SeedOf(index);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        try
        {
            foreach (IAsyncDisposable open in _open)
                await open.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // Others wait for them.
            _caches?.Dispose();
        }
    }

    // Null for a secret or an agent that the build was not given and the step can do without.
    private async Task<SandboxMount?> PrepareAsync(Operation.Run run, int index, StepMaterial material, CancellationToken ct)
    {
        StepMount mount = run.Mounts[index];
        string target = "/" + EntryPath.Clean(mount.Target.StartsWith('/') ? mount.Target : run.WorkingDirectory + "/" + mount.Target);
        switch (mount)
        {
            case StepMount.Cache cache:
                return new SandboxMount.Bind(target, _caches!.DirectoryOf(index), cache.IsReadOnly); // leased before
            case StepMount.Tmpfs tmpfs:
                return new SandboxMount.Tmpfs(target, tmpfs.SizeBytes) { IsReadOnly = tmpfs.IsReadOnly };
            case StepMount.Script script:
                return new SandboxMount.Bind(target, WriteScript(script), ReadOnly: true, IsDirectory: false);
            case StepMount.Secret secret:
                return await PrepareSecretAsync(secret, target, index, run, ct).ConfigureAwait(false);
            case StepMount.Ssh ssh:
                return await PrepareAgentAsync(ssh, target, index, ct).ConfigureAwait(false);
            case StepMount.Bind bind:
                return await PrepareBindAsync(bind, target, index, material, ct).ConfigureAwait(false);
            default:
                throw new UnreachableException(mount.GetType().Name);
        }
    }

    private async Task<SandboxMount?> PrepareSecretAsync(StepMount.Secret secret, string target, int index, Operation.Run run, CancellationToken ct)
    {
        if (await _services.Secrets.TryReadAsync(secret.Id, ct).ConfigureAwait(false) is not { } content)
            return secret.IsRequired ? throw SecretVariables.Missing(secret.Id, index) : null;
        PrivateNamespaces namespaces = await _services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        if (_secrets is null)
            _open.Add(_secrets = await MemoryFiles.CreateAsync(namespaces, _work, run.Mounts.Length).ConfigureAwait(false));
        string path = await _secrets.WriteAsync(content, secret.Mode, secret.Uid, secret.Gid).ConfigureAwait(false);
        return new SandboxMount.Bind(target, path, ReadOnly: true, IsDirectory: false);
    }

    private async Task<SandboxMount?> PrepareAgentAsync(StepMount.Ssh ssh, string target, int index, CancellationToken ct)
    {
        if (await _services.SshAgents.TryOpenAsync(ssh.Id, ssh.Mode, (ssh.Uid, ssh.Gid), ct).ConfigureAwait(false) is { } socket)
        {
            _open.Add(socket);
            return new SandboxMount.Bind(target, socket.Path, ReadOnly: false, IsDirectory: false);
        }
        const string Hint = "start an agent, add a key to it with ssh-add, and give it with --ssh ";
        return ssh.IsRequired
            ? throw new StepException(EngineCodes.SshAgentMissing, $"the step needs the SSH agent \"{ssh.Id}\", which the build was not given", Hint + ssh.Id) { Part = index }
            : null;
    }

    private string WriteScript(StepMount.Script script)
    {
        string path = _work.NewPath("script");
        File.WriteAllText(path, script.Content);
        const UnixFileMode everyoneRuns = UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | everyoneRuns); // 0755 as in BuildKit, though nobody can write here
        return path;
    }

    private async Task<SandboxMount> PrepareBindAsync(StepMount.Bind bind, string target, int index, StepMaterial material, CancellationToken ct)
    {
        (ImmutableArray<string> directories, string path, bool isDirectory) = material.Inputs[bind.Input] is StepInput.Context
            ? await FromContextAsync(material.Taken[index]!.Items[0], ct).ConfigureAwait(false) // a mount of a context takes one item
            : await FromFilesAsync(material.Inputs[bind.Input], bind, index, ct).ConfigureAwait(false);
        (string root, string? written) = await MountAsync(directories, bind.IsReadOnly, ct).ConfigureAwait(false);
        _shown[index] = (new StepInput.Left(directories, written), path);
        if (bind.IsResult && written is not null)
            _results.Add((written, await InputFiles.OpenTreeBelowAsync(_services, material.Inputs[bind.Input], ct).ConfigureAwait(false)));
        return new SandboxMount.Bind(target, path.Length == 0 ? root : Path.Combine(root, path), bind.IsReadOnly, isDirectory);
    }

    private async Task<(ImmutableArray<string> Directories, string Path, bool IsDirectory)> FromFilesAsync(StepInput files, StepMount.Bind bind, int index, CancellationToken ct)
    {
        MergedTree tree = await InputFiles.OpenTreeAsync(_services, files, withContent: false, ct).ConfigureAwait(false);
        string source = TreePath.Resolve(tree, bind.Source);
        FileEntry found = tree.Find(source) ?? throw MissingSource.Explain(tree, bind.Source, index);
        _services.FileUse?.Took(tree, source);
        return (await InputFiles.GetDirectoriesAsync(_services, files, ct).ConfigureAwait(false), source, found.IsDirectory);
    }

    // A context is copied first: the step sees it as the build does, without what is ignored and whoever owns it.
    private async Task<(ImmutableArray<string> Directories, string Path, bool IsDirectory)> FromContextAsync(SelectedItem item, CancellationToken ct)
    {
        Operation.Copy copy = new() { Sources = [], Destination = "/", IntoDirectory = true };
        List<ContentRoot> roots = [];
        CopyLayer copied = new(copy, EmptyTree.Instance.Find, owner: null, roots);
        Layer layer = await CopyStep.MakeLayerAsync(_services, copied.Entries([item]), roots, ct).ConfigureAwait(false);
        ImmutableArray<string> directories = await _services.Forms.GetDirectoriesAsync(FilesystemState.Empty.With(layer), ct).ConfigureAwait(false);
        return (directories, item.IsDirectory ? "" : item.Name, item.IsDirectory);
    }

    // One directory that nobody writes to needs no overlay.
    private async Task<(string Path, string? WrittenPath)> MountAsync(ImmutableArray<string> directories, bool isReadOnly, CancellationToken ct)
    {
        if (directories.Length == 1 && isReadOnly)
            return (directories[0], null);
        PrivateNamespaces namespaces = await _services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        OverlayRoot root = await OverlayRoot.MountAsync(namespaces, _work, directories, _services.Layers.Marks).ConfigureAwait(false);
        _open.Add(root);
        return (root.Path, isReadOnly ? null : root.WrittenPath);
    }
}
