using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Secrets;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Runs a program on a file system. What it wrote is the new layer.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class RunStep(StepServices services)
{
    // POSIX, Shell Command Language, 2.8.2: the exit status of a shell that did not find a program.
    private const int NotFoundCode = 127;

    /// <summary>Runs the program to its end.</summary>
    /// <param name="run">The program.</param>
    /// <param name="material">What it works on.</param>
    /// <param name="output">Takes what it writes.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RunFailedException">It ended with another exit code than 0.</exception>
    /// <exception cref="StepException">It could not be started as asked.</exception>
    /// <exception cref="SandboxException">The sandbox could not be set up.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Run run, StepMaterial material, LineOutput output, CancellationToken ct)
    {
        FilesystemState rootState = ((StepInput.State)material.Inputs[0]).Files;
        // 1. Everything that is mounted is there as a directory.
        ImmutableArray<string> directories = await services.Forms.GetDirectoriesAsync(rootState, ct).ConfigureAwait(false);
        MergedTree tree = await services.Forms.OpenTreeAsync(rootState, withContent: true, ct).ConfigureAwait(false);
        SandboxUser user = new Accounts(tree).User(run.User);
        if (services.HasOneId && (user.Uid != 0 || user.Gid != 0))
            throw OneId.Refuse(user);
        StepDevices devices = StepDevices.Of(services.Devices, run.Devices, user);
        StepMounts mounts = await StepMounts.PrepareAsync(services, run, material, ct).ConfigureAwait(false);
        await using (mounts.ConfigureAwait(false))
        {
            await mounts.AddAsync(devices, ct).ConfigureAwait(false);
            // 2. The root is mounted, the program runs, the root is unmounted.
            SandboxRequest request = RequestOf(run, devices, mounts.Mounts);
            (string written, FileTime began) = await RunAsync(run, request, new Root(directories, tree), output, ct).ConfigureAwait(false);
            // 3. What was written becomes a layer.
            LayerId id = LayerId.NewUnique();
            PublishTimes(id, written, tree);
            if (!services.Selector.KeepsTimes)
                services.Layers.PublishBeginning(id, began, services.Work.NewPath("began"));
            services.Layers.PublishDirectory(id, written);
            return new Layer(id, new LayerOrigin.Written());
        }
    }

    private void PublishTimes(LayerId id, string written, MergedTree below)
    {
        using DirectoryTree upper = new(written, services.Layers.Marks);
        string file = services.Work.NewPath("times");
        if (new InheritedTimes(upper, below).Write(file))
            services.Layers.PublishTimes(id, file);
    }

    // All but the root, which is not mounted yet.
    private SandboxRequest RequestOf(Operation.Run run, StepDevices devices, ImmutableArray<SandboxMount> mounts)
    {
        SandboxRequest request = new()
        {
            Id = "",
            RootPath = "",
            Arguments = run.Arguments,
            Environment = SecretVariables.AddTo(devices.AddTo([.. run.ProxyEnvironment, .. run.Environment]), run, services.Secrets),
            WorkingDirectory = run.WorkingDirectory,
            User = devices.User,
            HostName = run.HostName ?? HostFiles.HostName,
            Network = run.Network == StepNetwork.None ? SandboxNetwork.None : SandboxNetwork.Host,
            Security = run.Security == StepSecurity.Insecure ? SandboxSecurity.Insecure : SandboxSecurity.Sandboxed,
            Limits = run.Limits,
            Hooks = devices.Hooks,
            Mounts = mounts,
        };
        return run.SharedMemoryBytes is { } size ? request with { SharedMemoryBytes = size } : request;
    }

    private async Task<(string Written, FileTime Began)> RunAsync(Operation.Run run, SandboxRequest request, Root root, LineOutput output, CancellationToken ct)
    {
        ISandbox sandbox = await services.Sandbox.GetSandboxAsync(ct).ConfigureAwait(false);
        PrivateNamespaces namespaces = await services.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        bool opensDevices = request.Security == SandboxSecurity.Insecure;
        OverlayRoot overlay = await OverlayRoot.MountAsync(namespaces, services.Work, root.Directories, services.Layers.Marks, opensDevices).ConfigureAwait(false);
        FileTime began = TimeOf(overlay.WrittenPath); // it was made just now, by the clock that the files of the step will have their times of
        await using (overlay.ConfigureAwait(false))
        {
            using DirectoryHandle merged = await overlay.OpenAsync().ConfigureAwait(false);
            MountStubs stubs = MountStubs.Make(merged, root.Tree, request.Mounts);
            string id = Path.GetFileName(Path.GetDirectoryName(overlay.Path)!); // the work area's own name for the mount
            IProcessOutput masked = SecretMask.Over(output, services.Secrets);
            int exitCode = await sandbox.RunAsync(request with { Id = id, RootPath = overlay.Path }, masked, ct).ConfigureAwait(false);
            (masked as SecretMask)?.Complete();
            output.Complete();
            bool isFull = DiskSpace.IsExhausted(overlay.WrittenPath);
            if (exitCode != 0)
                throw Failed(exitCode, run, root.Tree, output.Tail, isFull);
            // Scripts often go on when a program in them could not write. Such a result must not be kept.
            if (isFull)
                throw new StepException(EngineCodes.DiskFull, $"the disk is full: the command ended with exit code 0, but nothing more fits on the file system of {services.Work.DirectoryPath}, and files may be cut short", "free some space there: caisson prune removes what is not needed of the store; or put it elsewhere with --root");
            stubs.Remove(merged);
        }
        return (overlay.WrittenPath, began);
    }

    private static FileTime TimeOf(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        return directory.Status().Modified;
    }

    private RunFailedException Failed(int exitCode, Operation.Run run, IFileTree tree, IReadOnlyList<string> tail, bool isFull) => new(exitCode, tail)
    {
        HasFullDisk = isFull,
        WorkingDirectory = run.WorkingDirectory,
        LackedIds = services.HasOneId && OneId.Explains(tail),
        NearestProgram = exitCode == NotFoundCode ? NearestProgram.Find(tree, run, tail) : null,
    };

    private sealed record Root(ImmutableArray<string> Directories, IFileTree Tree);
}
