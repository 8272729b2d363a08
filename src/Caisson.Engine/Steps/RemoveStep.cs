using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Removes names from a file system. The layer says that they are gone, and has the directories on the way as they are.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class RemoveStep(StepServices services)
{
    /// <summary>Works out the layer: nothing when nothing was there.</summary>
    /// <exception cref="StepException">What is to be removed is not there, or is everything.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Remove remove, FilesystemState root, CancellationToken ct)
    {
        MergedTree below = await services.Forms.OpenTreeAsync(root, withContent: false, ct).ConfigureAwait(false);
        SortedDictionary<string, FileEntry> entries = new(EntryPath.Order);
        foreach (string asked in Expand(remove, below))
        {
            string path = EntryPath.Join(TreePath.Resolve(below, EntryPath.Parent(asked)), EntryPath.Name(asked));
            if (path.Length == 0)
                throw new StepException(EngineCodes.IsADirectory, $"\"{remove.Path}\" is the root, which cannot be removed", "name what is in it");
            if (below.Find(path) is null)
            {
                if (remove.AllowsMissing)
                    continue;
                throw new StepException(EngineCodes.SourceNotFound, $"\"/{asked}\" is to be removed, and is not there");
            }
            foreach (string directory in EntryPath.Ancestors(path))
                entries.TryAdd(directory, below.Find(directory)! with { IsOpaque = false, IsImplied = false }); // what stands in them is there
            entries[path] = new FileEntry { Path = path, Kind = EntryKind.Whiteout };
        }
        LayerId id = new LayerLists(services.Layers, services.Work).Publish(entries.Values, ct);
        return new Layer(id, new LayerOrigin.Listed([]));
    }

    // Removed all at once: what one name led through is there for the others.
    private static List<string> Expand(Operation.Remove remove, MergedTree below)
    {
        if (!remove.HasWildcards)
            return [EntryPath.Clean(remove.Path)];
        try
        {
            return [.. SourcePattern.Expand(below, remove.Path)];
        }
        catch (FormatException e)
        {
            throw new StepException(EngineCodes.BadPattern, e.Message);
        }
    }
}
