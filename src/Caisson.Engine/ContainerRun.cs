using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Runs an image's program as its configuration says, on a file system whose changes are discarded.</summary>
/// <remarks>image-spec v1.1.1, conversion.md.</remarks>
internal sealed class ContainerRun(EngineParts parts, ContainerRequest request)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs it to its end and returns its exit code.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        if (RunRefusal.Of(parts.Options.Ladder) is { } refusal)
            throw refusal.At(where: null);
        Platform platform = request.Platform ?? MachinePlatform.Current;
        Image image = await parts.Images.FindAsync(request.Image, platform, parts.Registry.BlobsOf(request.Image), ct).ConfigureAwait(false)
            ?? throw new ImageNotFoundException($"the image {request.Image.Familiar} is not on this machine");
        ContainerConfig config = image.Config.Config;
        ImmutableArray<string> arguments = ArgumentsOf(config);
        if (arguments.IsEmpty)
            throw new BuildException(EngineCodes.ProgramNotFound, $"{request.Image.Familiar} names no program to run", "give one after the image's name");
        using LayerForms forms = parts.NewForms(new EventLog(parts.Options.Time));
        FilesystemState files = FilesystemState.Of(image);
        forms.NoteUsed(files);
        ImmutableArray<string> directories = await forms.GetDirectoriesAsync(files, ct).ConfigureAwait(false);
        MergedTree tree = await forms.OpenTreeAsync(files, withContent: true, ct).ConfigureAwait(false);
        SandboxUser user = new Accounts(tree).User(request.User ?? config.User ?? "");
        if (parts.Options.Ladder.Rung == Rung.OneId && (user.Uid != 0 || user.Gid != 0))
            throw OneId.Refuse(user);
        SandboxRequest container = new()
        {
            Id = "run",
            RootPath = "",
            Arguments = arguments,
            Architecture = image.Config.Architecture,
            Environment = EnvironmentOf(config),
            WorkingDirectory = request.WorkingDirectory ?? (string.IsNullOrEmpty(config.WorkingDir) ? "/" : config.WorkingDir),
            User = user,
            HostName = HostFiles.HostName,
            Network = parts.Options.IsOffline ? SandboxNetwork.None : request.Network,
            StopSignal = SignalNames.NumberOf(config.StopSignal ?? "") ?? SignalNames.NumberOf("TERM")!.Value, // a name that is known
            Mounts = new HostFiles(parts.Options.ResolvConfPath).Write(parts.Work, hostName: null, extra: [], hasGateway: false),
        };
        return await RunAsync(container, directories, tree, ct).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(SandboxRequest container, ImmutableArray<string> directories, MergedTree tree, CancellationToken ct)
    {
        ISandbox sandbox = await parts.Sandbox.GetSandboxAsync(ct).ConfigureAwait(false);
        PrivateNamespaces namespaces = await parts.Sandbox.GetNamespacesAsync(ct).ConfigureAwait(false);
        OverlayRoot root = await OverlayRoot.MountAsync(namespaces, parts.Work, directories, parts.Layers.Marks).ConfigureAwait(false);
        await using (root.ConfigureAwait(false))
        {
            using (DirectoryHandle merged = await root.OpenAsync().ConfigureAwait(false))
                MountStubs.Make(merged, tree, container.Mounts);
            return await sandbox.RunAsync(container with { RootPath = root.Path }, output: null, ct).ConfigureAwait(false);
        }
    }

    private ImmutableArray<string> ArgumentsOf(ContainerConfig config)
    {
        if (request.Entrypoint is { } entrypoint)
            return [.. entrypoint.Length == 0 ? [] : (string[])[entrypoint], .. request.Arguments];
        ImmutableArray<string> own = request.Arguments.IsEmpty ? config.Cmd ?? [] : request.Arguments;
        return [.. config.Entrypoint ?? [], .. own];
    }

    // The last to set a variable wins; PATH is always there.
    private ImmutableArray<string> EnvironmentOf(ContainerConfig config)
    {
        Dictionary<string, string> byName = new(StringComparer.Ordinal);
        foreach (string entry in (IEnumerable<string>)[DefaultPath, .. config.Env ?? [], .. request.Environment])
            byName[entry.Split('=', 2)[0]] = entry;
        return [.. byName.Values];
    }
}
