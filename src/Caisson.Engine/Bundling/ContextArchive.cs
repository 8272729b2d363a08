using Caisson.Engine.Imaging;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Bundling;

/// <summary>What steps took from a build context, as an archive: each file once, with the directories above it and the links that led to it.</summary>
internal sealed class ContextArchive
{
    private static readonly BlobForm s_form = new(LayerCompression.Default, default) { KeepsTimes = true };

    private readonly SortedDictionary<string, FileEntry> _entries = new(EntryPath.Order);
    private readonly IFileTree _tree;

    /// <summary>Collects it.</summary>
    /// <param name="tree">The context.</param>
    /// <param name="taken">What steps took from it.</param>
    public ContextArchive(IFileTree tree, IEnumerable<SelectedItem> taken)
    {
        _tree = tree;
        foreach (SelectedItem item in taken)
        {
            foreach (FileEntry entry in item.List.Entries())
                Add(entry with { Path = EntryPath.Join(item.Path, entry.Path), LinkTarget = entry.Kind == EntryKind.HardLink ? EntryPath.Join(item.Path, entry.LinkTarget ?? "") : entry.LinkTarget });
        }
        foreach (FileEntry link in (tree as WatchedContext)?.Links ?? [])
            Add(link with { Modified = null });
    }

    /// <summary>How many files there are.</summary>
    public int FileCount => _entries.Values.Count(static e => e.Kind == EntryKind.File);

    /// <summary>Writes it to a new file.</summary>
    /// <exception cref="ContentChangedException">A file has changed since steps took it.</exception>
    public Task<BlobRecord> WriteAsync(string path, int parallelism, CancellationToken ct)
    {
        LayerContent content = new(_entries.Values, entry => _tree.Open(entry.Path), _tree.CanChange);
        return new LayerBlobWriter(LayerCompression.Default, parallelism).WriteAsync(tar => LayerTar.WriteAsync(content, s_form, tar, ct), path, ct);
    }

    private void Add(FileEntry entry)
    {
        foreach (string directory in EntryPath.Ancestors(entry.Path))
        {
            if (!_entries.ContainsKey(directory) && _tree.Find(directory) is { IsDirectory: true } passed)
                _entries.Add(directory, passed with { Modified = null });
        }
        if (entry.Path.Length == 0)
            return; // what stands for the context itself is there without being said
        if (entry.IsDirectory && _tree.Find(entry.Path) is { } whole)
            entry = whole with { Modified = entry.Modified };
        // Of a file that is a further name of another in one selection, and alone in the next, the names stay together.
        if (!_entries.TryAdd(entry.Path, entry) && entry.Kind == EntryKind.HardLink && _entries[entry.Path].Kind == EntryKind.File)
            _entries[entry.Path] = entry;
    }
}
