using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Tests.Testing;

/// <summary>A sandbox of a runtime, with a layer that holds a shell: runs scripts in it as a step does.</summary>
internal sealed class Box : IBox
{
    private readonly WorkArea _work;
    private readonly SandboxHost _host;
    private readonly string _layer;
    private readonly OverlayMarks _marks;

    private Box(WorkArea work, SandboxHost host, string layer)
    {
        _work = work;
        _host = host;
        _layer = layer;
        _marks = UserNamespace.IsInside ? OverlayMarks.User : OverlayMarks.Trusted;
    }

    /// <summary>What the last program wrote to its root, as overlay keeps it.</summary>
    public string Written { get; private set; } = "";

    public static async Task<Box> OpenAsync(string directory, string? runtime, CancellationToken ct)
    {
        WorkArea work = await WorkArea.CreateAsync(Path.Combine(directory, "work"), TimeProvider.System, ct);
        SandboxHost host = new(new SandboxHostOptions { SearchPath = Requires.SearchPath, Runtime = runtime }, work);
        return new Box(work, host, await MakeLayerAsync(directory));
    }

    public static SandboxRequest Script(string script) => new()
    {
        Id = "test",
        RootPath = "",
        Arguments = ["/bin/sh", "-c", script],
        Environment = ["PATH=/bin"],
    };

    /// <summary>Runs a program on the layer and returns its exit code.</summary>
    public async Task<int> RunAsync(SandboxRequest request, IProcessOutput output, CancellationToken ct)
    {
        ISandbox sandbox = await _host.GetSandboxAsync(ct);
        OverlayRoot root = await MountAsync([_layer], ct);
        await using (root)
        {
            using DirectoryHandle merged = await root.OpenAsync();
            using DirectoryTree tree = new(_layer, _marks);
            MountStubs stubs = MountStubs.Make(merged, new MergedTree([tree]), request.Mounts);
            int exitCode = await sandbox.RunAsync(request with { Id = Path.GetFileName(Path.GetDirectoryName(root.Path)!), RootPath = root.Path }, output, ct); // a mount has a directory
            stubs.Remove(merged);
            Written = root.WrittenPath;
            return exitCode;
        }
    }

    /// <summary>Mounts layers, the uppermost first.</summary>
    public async Task<OverlayRoot> MountAsync(ImmutableArray<string> layers, CancellationToken ct) =>
        await OverlayRoot.MountAsync(await _host.GetNamespacesAsync(ct), _work, layers, _marks);

    /// <summary>Does something in the mount namespace of the sandbox.</summary>
    public async Task<T> LookInsideAsync<T>(Func<T> look, CancellationToken ct) => await (await _host.GetNamespacesAsync(ct)).RunAsync(look);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _work.Dispose();
    }

    private static async Task<string> MakeLayerAsync(string directory)
    {
        string busybox = Requires.Tool("busybox");
        string layer = Path.Combine(directory, "layer");
        Directory.CreateDirectory(Path.Combine(layer, "bin"));
        Directory.CreateDirectory(Path.Combine(layer, "tmp"));
        string copy = Path.Combine(layer, "bin/busybox");
        if (File.Exists(copy))
            return layer;
        File.Copy(busybox, copy);
        ProcessResult applets = await ProcessRunner.Direct.CaptureAsync(new ProcessRequest { File = busybox, Arguments = ["--list"] }, CancellationToken.None);
        foreach (string applet in applets.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static a => a != "busybox"))
            File.CreateSymbolicLink(Path.Combine(layer, "bin", applet), "busybox");
        return layer;
    }
}
