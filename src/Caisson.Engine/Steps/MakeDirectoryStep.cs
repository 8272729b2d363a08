using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Makes a directory, with its parents, where there is none.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class MakeDirectoryStep(StepServices services)
{
    /// <summary>Works out the layer: the directories that were missing; nothing when none was.</summary>
    /// <exception cref="StepException">Something that is no directory is in the way, or a directory is not there that was to be.</exception>
    public async Task<Layer> ExecuteAsync(Operation.MakeDirectory make, FilesystemState root, Action<StepException> warn, CancellationToken ct)
    {
        bool needsAccounts = make.Owner is not null && !Accounts.IsNumeric(make.Owner);
        MergedTree below = await services.Forms.OpenTreeAsync(root, withContent: needsAccounts, ct).ConfigureAwait(false);
        SandboxUser owner = CopyStep.OwnerOf(make.Owner, below, warn) ?? SandboxUser.Root;
        string path = TreePath.Resolve(below, make.Path);
        List<FileEntry> existing = [];
        List<FileEntry> missing = [];
        foreach (string directory in EntryPath.Ancestors(path).Append(path).Where(static d => d.Length > 0))
        {
            FileEntry? found = below.Find(directory);
            if (found is { IsDirectory: false })
                throw StepException.NotADirectory("/" + directory);
            if (found is null && directory != path && !make.MakesParents)
                throw StepException.NoDirectory("/" + directory, make.Path);
            if (found is null)
                missing.Add(new FileEntry { Path = directory, Kind = EntryKind.Directory, Mode = make.Mode, Uid = owner.Uid, Gid = owner.Gid });
            else
                existing.Add(found with { IsOpaque = false, IsImplied = false });
        }
        LayerId id = new LayerLists(services.Layers, services.Work).Publish(missing.Count == 0 ? [] : existing.Concat(missing), ct);
        return new Layer(id, new LayerOrigin.Listed([]));
    }
}
