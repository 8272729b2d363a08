using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>A stack of layers seen as one tree, by the rules of overlay, without a mount.</summary>
/// <remarks>image-spec v1.1.1, layer.md, "Applying Changesets"; Documentation/filesystems/overlayfs.rst.</remarks>
public sealed class MergedTree : IFileTree
{
    private const int DefaultDirectoryMode = 0x1ED; // 0755

    private static readonly FileEntry Root = new() { Path = "", Kind = EntryKind.Directory, Mode = DefaultDirectoryMode };

    private readonly ImmutableArray<ILayerTree> _layers;
    private readonly ConcurrentDictionary<string, ImmutableArray<ILayerTree>> _visible = new(StringComparer.Ordinal);

    /// <summary>Stacks layers.</summary>
    /// <param name="topFirst">The layers, the uppermost first; not disposed with this tree.</param>
    public MergedTree(ImmutableArray<ILayerTree> topFirst) => _layers = topFirst;

    /// <inheritdoc/>
    public bool CanChange => _layers.Any(static l => l.CanChange);

    /// <inheritdoc/>
    public FileEntry? Find(string path) =>
        path.Length == 0
            ? Shown(_layers.Select(static l => l.Find("")).OfType<FileEntry>()) ?? Root
            : Shown(Holding(EntryPath.Parent(path)).Select(layer => layer.Find(path)).OfType<FileEntry>());

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory)
    {
        ImmutableArray<ILayerTree> layers = Holding(directory);
        if (layers is [ILayerTree only])
            return only.Children(directory).Where(static e => e.Kind != EntryKind.Whiteout);
        SortedDictionary<string, List<FileEntry>> names = new(StringComparer.Ordinal);
        foreach (FileEntry entry in layers.SelectMany(layer => layer.Children(directory)))
        {
            if (!names.TryGetValue(entry.Path, out List<FileEntry>? said))
                names.Add(entry.Path, said = []);
            said.Add(entry);
        }
        return names.Values.Select(Shown).OfType<FileEntry>();
    }

    /// <inheritdoc/>
    public SafeFileHandle Open(string path)
    {
        foreach (ILayerTree layer in Holding(EntryPath.Parent(path)))
        {
            if (layer.Find(path) is { } entry)
                return entry.Kind == EntryKind.Whiteout ? throw new SystemCallException("open", Errno.ENOENT, path) : layer.Open(path);
        }
        throw new SystemCallException("open", Errno.ENOENT, path);
    }

    // The layers, uppermost first, whose own directory of that path takes part in the merged one.
    private ImmutableArray<ILayerTree> Holding(string directory)
    {
        if (directory.Length == 0)
            return _layers;
        if (_visible.TryGetValue(directory, out ImmutableArray<ILayerTree> known))
            return known;
        ImmutableArray<ILayerTree>.Builder holding = ImmutableArray.CreateBuilder<ILayerTree>();
        foreach (ILayerTree layer in Holding(EntryPath.Parent(directory)))
        {
            FileEntry? entry = layer.Find(directory);
            if (entry is { IsDirectory: false })
                break;
            if (entry is not null)
                holding.Add(layer);
            if (entry is { IsOpaque: true })
                break;
        }
        return _visible[directory] = holding.ToImmutable();
    }

    // What is seen of a name, given what the layers say of it, uppermost first.
    private static FileEntry? Shown(IEnumerable<FileEntry> said)
    {
        FileEntry? implied = null;
        foreach (FileEntry entry in said)
        {
            if (entry.Kind == EntryKind.Whiteout || (implied is not null && !entry.IsDirectory))
                break;
            if (!entry.IsImplied)
                return implied is null || implied.IsOpaque == entry.IsOpaque ? entry : entry with { IsOpaque = implied.IsOpaque };
            implied ??= entry;
        }
        return implied;
    }
}
