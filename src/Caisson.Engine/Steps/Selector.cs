using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Reads what a step takes from its inputs, and hashes it.</summary>
/// <param name="work">For the lists, which are kept on disk.</param>
/// <param name="parallelism">How many files are read at once.</param>
internal sealed class Selector(WorkArea work, int parallelism)
{
    /// <summary>Reads one item with everything below it; null when there is nothing at the path.</summary>
    /// <param name="source">Where.</param>
    /// <param name="path">The path as it was asked for; a link at its end is followed.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<SelectedItem?> SelectAsync(SourceTree source, string path, CancellationToken ct)
    {
        string followed = TreePath.Resolve(source.Tree, path);
        if (source.Tree.Find(followed) is not { } top)
            return null;
        string file = work.NewPath("selection");
        try
        {
            await WriteListAsync(source, followed, top, file, ct).ConfigureAwait(false);
            return new SelectedItem(source, followed, EntryPath.Name(path), FileList.Open(file));
        }
        finally
        {
            File.Delete(file); // an open list needs no name
        }
    }

    private async Task WriteListAsync(SourceTree source, string path, FileEntry top, string file, CancellationToken ct)
    {
        using FileListWriter writer = new(file);
        IEnumerable<FileEntry> entries = new ItemWalk(source.Tree, path).Entries(top);
        await foreach (FileEntry entry in ContentHashing.HashAsync(entries, e => source.Tree.Open(EntryPath.Join(path, e.Path)), parallelism, ct).ConfigureAwait(false))
            writer.Add(source.IsContext ? entry with { Modified = null } : entry);
        writer.Complete();
    }

    // Everything below one path, with paths relative to it, further names of one file as hard links.
    private sealed class ItemWalk(IFileTree tree, string root)
    {
        private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);

        public IEnumerable<FileEntry> Entries(FileEntry entry)
        {
            string path = entry.Path[root.Length..].TrimStart('/');
            yield return entry.LinkGroup is { } group ? Linked(entry with { Path = path }, group) : entry with { Path = path };
            if (!entry.IsDirectory)
                yield break;
            foreach (FileEntry child in tree.Children(entry.Path))
            {
                foreach (FileEntry below in Entries(child))
                    yield return below;
            }
        }

        private FileEntry Linked(FileEntry entry, string group)
        {
            if (_firstNames.TryAdd(group, entry.Path))
                return entry;
            return entry with { Kind = EntryKind.HardLink, LinkTarget = _firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
        }
    }
}
