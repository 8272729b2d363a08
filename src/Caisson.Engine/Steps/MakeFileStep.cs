using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Steps;

/// <summary>Writes a file in a file system.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class MakeFileStep(StepServices services)
{
    /// <summary>Works out the layer: the file, and the directories on the way as they are.</summary>
    /// <exception cref="StepException">A directory is there, or the one that it goes into is not.</exception>
    public async Task<Layer> ExecuteAsync(Operation.MakeFile make, FilesystemState root, Action<StepException> warn, CancellationToken ct)
    {
        bool needsAccounts = make.Owner is not null && !Accounts.IsNumeric(make.Owner);
        MergedTree below = await services.Forms.OpenTreeAsync(root, withContent: needsAccounts, ct).ConfigureAwait(false);
        SandboxUser? owner = CopyStep.OwnerOf(make.Owner, below, warn);
        string path = TreePath.Resolve(below, make.Path);
        FileEntry? existing = below.Find(path);
        if (path.Length == 0 || existing is { IsDirectory: true })
            throw StepException.IsADirectory("/" + path);
        List<FileEntry> entries = DestinationDirectories.OnTheWay(below, path, make.Path);
        entries.Add(new FileEntry
        {
            Path = path,
            Kind = EntryKind.File,
            Mode = existing is { Kind: EntryKind.File } ? existing.Mode : make.Mode,
            Uid = owner?.Uid ?? existing?.Uid ?? 0,
            Gid = owner?.Gid ?? existing?.Gid ?? 0,
            SizeBytes = make.Content.Length,
            Content = Digest.OfBytes(make.Content.AsSpan()),
            Origin = 1,
        });
        return await CopyStep.MakeLayerAsync(services, entries, [new ContentRoot(new InlineTree(services.Work, path, make.Content.AsMemory()), path, path)], ct).ConfigureAwait(false);
    }
}
