using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Makes a symbolic link in a file system.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class LinkStep(StepServices services)
{
    private const int Mode = 0x1FF; // 0777: what every link has

    /// <summary>Works out the layer: the link, and the directories on the way as they are.</summary>
    /// <exception cref="StepException">Something is there, or the directory is not.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Link link, FilesystemState root, Action<StepException> warn, CancellationToken ct)
    {
        bool needsAccounts = link.Owner is not null && !Accounts.IsNumeric(link.Owner);
        MergedTree below = await services.Forms.OpenTreeAsync(root, withContent: needsAccounts, ct).ConfigureAwait(false);
        SandboxUser owner = CopyStep.OwnerOf(link.Owner, below, warn) ?? SandboxUser.Root;
        string path = TreePath.Resolve(below, link.Path);
        if (below.Find(path) is { } taken)
            throw taken.IsDirectory ? StepException.IsADirectory("/" + path) : new StepException(EngineCodes.NotADirectory, $"\"/{path}\" exists, and a link does not take its place", "remove it in an earlier step");
        List<FileEntry> entries = DestinationDirectories.OnTheWay(below, path, link.Path);
        entries.Add(new FileEntry { Path = path, Kind = EntryKind.SymbolicLink, Mode = Mode, LinkTarget = link.Target, Uid = owner.Uid, Gid = owner.Gid });
        LayerId id = new LayerLists(services.Layers, services.Work).Publish(entries, ct);
        return new Layer(id, new LayerOrigin.Listed([]));
    }
}
