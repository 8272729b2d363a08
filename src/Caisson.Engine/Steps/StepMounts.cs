using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The mounts of one step: gets their sources ready and lets them go afterwards.</summary>
internal sealed class StepMounts : IAsyncDisposable
{
    private readonly StepServices _services;
    private readonly List<IAsyncDisposable> _roots = [];
    private readonly List<CacheMountLease> _leases = [];
    private readonly ImmutableArray<SandboxMount>.Builder _mounts = ImmutableArray.CreateBuilder<SandboxMount>();

    private StepMounts(StepServices services) => _services = services;

    /// <summary>The mounts, those every step has first.</summary>
    public ImmutableArray<SandboxMount> Mounts => _mounts.ToImmutable();

    /// <summary>Gets the mounts of a step ready.</summary>
    /// <exception cref="StepException">A source is not there.</exception>
    /// <exception cref="IOException">A source cannot be read or copied.</exception>
    public static async Task<StepMounts> PrepareAsync(StepServices services, Operation.Run run, StepMaterial material, CancellationToken ct)
    {
        StepMounts mounts = new(services);
        try
        {
            mounts._mounts.AddRange(services.HostFiles.Mounts);
            for (int i = 0; i < run.Mounts.Length; i++)
                mounts._mounts.Add(await mounts.PrepareAsync(run, i, material, ct).ConfigureAwait(false));
            return mounts;
        }
        catch
        {
            await mounts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable root in _roots)
            await root.DisposeAsync().ConfigureAwait(false);
        foreach (CacheMountLease lease in _leases)
            lease.Dispose();
    }

    private async Task<SandboxMount> PrepareAsync(Operation.Run run, int index, StepMaterial material, CancellationToken ct)
    {
        StepMount mount = run.Mounts[index];
        string target = "/" + EntryPath.Clean(mount.Target.StartsWith('/') ? mount.Target : run.WorkingDirectory + "/" + mount.Target);
        switch (mount)
        {
            case StepMount.Cache cache:
                CacheMountLease lease = await _services.CacheMounts.LeaseAsync(cache, ct).ConfigureAwait(false);
                _leases.Add(lease);
                return new SandboxMount.Bind(target, lease.DirectoryPath, cache.IsReadOnly);
            case StepMount.Tmpfs tmpfs:
                return new SandboxMount.Tmpfs(target, tmpfs.SizeBytes);
            case StepMount.Script script:
                return new SandboxMount.Bind(target, WriteScript(script), ReadOnly: true, IsDirectory: false);
            case StepMount.Bind bind:
                (string path, bool isDirectory) = material.Inputs[bind.Input] switch
                {
                    StepInput.State state => await FromStateAsync(state.Files, bind, index, ct).ConfigureAwait(false),
                    StepInput.Context => await FromContextAsync(material.Taken[index]!.Items[0], bind, ct).ConfigureAwait(false), // a mount of a context takes one item,
                    _ => throw new UnreachableException(),
                };
                return new SandboxMount.Bind(target, path, bind.IsReadOnly, isDirectory);
            default:
                throw new UnreachableException(mount.GetType().Name);
        }
    }

    private string WriteScript(StepMount.Script script)
    {
        string path = _services.Work.NewPath("script");
        File.WriteAllText(path, script.Content);
        const UnixFileMode everyoneRuns = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, everyoneRuns);
        return path;
    }

    private async Task<(string Path, bool IsDirectory)> FromStateAsync(FilesystemState state, StepMount.Bind bind, int index, CancellationToken ct)
    {
        MergedTree tree = await _services.Forms.OpenTreeAsync(state, withContent: false, ct).ConfigureAwait(false);
        string source = TreePath.Resolve(tree, bind.Source);
        FileEntry found = tree.Find(source) ?? throw MissingSource.Explain(tree, bind.Source, index);
        string root = await MountAsync(await _services.Forms.GetDirectoriesAsync(state, ct).ConfigureAwait(false), bind.IsReadOnly, ct).ConfigureAwait(false);
        return (Path.Combine(root, source), found.IsDirectory);
    }

    // A context is copied first: the step sees it as the build does, without what is ignored and whoever owns it.
    private async Task<(string Path, bool IsDirectory)> FromContextAsync(SelectedItem item, StepMount.Bind bind, CancellationToken ct)
    {
        Operation.Copy copy = new() { Sources = [], Destination = "/", IntoDirectory = true };
        CopyLayer copied = new(copy, EmptyTree.Instance, owner: null);
        Layer layer = await CopyStep.MakeLayerAsync(_services, copied, [item], ct).ConfigureAwait(false);
        ImmutableArray<string> directories = await _services.Forms.GetDirectoriesAsync(FilesystemState.Empty.With(layer), ct).ConfigureAwait(false);
        string root = await MountAsync(directories, bind.IsReadOnly, ct).ConfigureAwait(false);
        return item.IsDirectory ? (root, true) : (Path.Combine(root, item.Name), false);
    }

    // One directory that nobody writes to needs no overlay.
    private async Task<string> MountAsync(ImmutableArray<string> directories, bool isReadOnly, CancellationToken ct)
    {
        if (directories.Length == 1 && isReadOnly)
            return directories[0];
        PrivateNamespaces namespaces = await _services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        OverlayRoot root = await OverlayRoot.MountAsync(namespaces, _services.Work, directories, _services.Layers.Marks).ConfigureAwait(false);
        _roots.Add(root);
        return root.Path;
    }
}
