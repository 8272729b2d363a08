using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Everything below one path of a tree, with paths relative to it, further names of one file as hard links.</summary>
/// <remarks>For one walk.</remarks>
/// <param name="tree">The tree.</param>
/// <param name="root">The path.</param>
internal sealed class ItemWalk(IFileTree tree, string root)
{
    private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);

    // Directories on the way that are not taken themselves: they are shown once something below them is.
    private readonly List<FileEntry> _passed = [];

    /// <summary>The entries, in the order of a list. A directory that is only passed through on the way to what the filter takes is marked as implied.</summary>
    /// <param name="top">What is at the path; always taken.</param>
    /// <param name="filter">What is taken below it; null for all.</param>
    public IEnumerable<FileEntry> Entries(FileEntry top, PathFilter? filter) =>
        filter is null ? All(top) : top.IsDirectory ? All(top, children: false).Concat(Below(top, filter.Root)) : All(top);

    private IEnumerable<FileEntry> All(FileEntry entry, bool children = true)
    {
        yield return Show(entry);
        if (!entry.IsDirectory || !children)
            yield break;
        foreach (FileEntry child in tree.Children(entry.Path))
        {
            foreach (FileEntry below in All(child))
                yield return below;
        }
    }

    private IEnumerable<FileEntry> Below(FileEntry directory, PathFilter.Place place)
    {
        foreach (FileEntry child in tree.Children(directory.Path))
        {
            string name = EntryPath.Name(child.Path);
            if (child.IsDirectory)
            {
                foreach (FileEntry taken in Directory(child, place.Enter(name)))
                    yield return taken;
            }
            else if (place.Takes(name))
            {
                foreach (FileEntry taken in Take(child))
                    yield return taken;
            }
        }
    }

    private IEnumerable<FileEntry> Directory(FileEntry directory, PathFilter.Place place)
    {
        int depth = _passed.Count;
        if (place.IsTaken)
        {
            foreach (FileEntry taken in Take(directory))
                yield return taken;
            depth = 0;
        }
        else if (place.CanHoldTaken)
        {
            _passed.Add(directory);
        }
        if (!place.CanHoldTaken)
            yield break;
        foreach (FileEntry taken in Below(directory, place))
            yield return taken;
        if (_passed.Count > depth)
            _passed.RemoveRange(depth, _passed.Count - depth);
    }

    private IEnumerable<FileEntry> Take(FileEntry entry)
    {
        FileEntry[] passed = [.. _passed];
        _passed.Clear();
        return [.. passed.Select(p => Show(p) with { IsImplied = true }), Show(entry)];
    }

    private FileEntry Show(FileEntry entry)
    {
        string path = entry.Path[root.Length..].TrimStart('/');
        return entry.LinkGroup is { } group ? Linked(entry with { Path = path }, group) : entry with { Path = path };
    }

    private FileEntry Linked(FileEntry entry, string group)
    {
        if (_firstNames.TryAdd(group, entry.Path))
            return entry;
        return entry with { Kind = EntryKind.HardLink, LinkTarget = _firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
    }
}
