using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Everything below one path of a tree, with paths relative to it, further names of one file as hard links.</summary>
/// <remarks>For one walk.</remarks>
/// <param name="tree">The tree.</param>
/// <param name="root">The path.</param>
/// <param name="parallelism">How many threads read directories.</param>
/// <param name="hasTimes">Whether the times of the entries are part of them.</param>
internal sealed class ItemWalk(IFileTree tree, string root, int parallelism, bool hasTimes)
{
    private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);

    // Directories on the way that are not taken themselves: they are shown once something below them is.
    private readonly List<FileEntry> _passed = [];

    /// <summary>The entries, in the order of a list. A directory that is only passed through on the way to what the filter takes is marked as implied.</summary>
    /// <param name="top">What is at the path; always taken.</param>
    /// <param name="filter">What is taken below it; null for all.</param>
    public IEnumerable<FileEntry> Entries(FileEntry top, PathFilter? filter)
    {
        yield return Show(top);
        if (!top.IsDirectory)
            yield break;
        using ChildrenAhead ahead = new(tree, parallelism);
        foreach (FileEntry entry in filter is null ? All(top, ahead) : Below(top, filter.Root, ahead))
            yield return entry;
    }

    // With a stack of its own: an enumerator within an enumerator for each directory would make every entry pass through all of them.
    private IEnumerable<FileEntry> All(FileEntry top, ChildrenAhead ahead)
    {
        Stack<Level> entered = new([Level.Of(top, ahead)]);
        while (entered.TryPeek(out Level? level))
        {
            if (level.Next == level.Entries.Count)
            {
                entered.Pop();
                continue;
            }
            FileEntry entry = level.Entries[level.Next++];
            yield return Show(entry);
            if (entry.IsDirectory)
                entered.Push(Level.Of(entry, ahead));
        }
    }

    private IEnumerable<FileEntry> Below(FileEntry directory, PathFilter.Place place, ChildrenAhead ahead)
    {
        IReadOnlyList<FileEntry> children = ahead.Children(directory.Path);
        ahead.Expect([.. children.Where(c => c.IsDirectory && place.Enter(EntryPath.Name(c.Path)).CanHoldTaken)]);
        foreach (FileEntry child in children)
        {
            string name = EntryPath.Name(child.Path);
            if (child.IsDirectory)
            {
                foreach (FileEntry taken in Directory(child, place.Enter(name), ahead))
                    yield return taken;
            }
            else if (place.Takes(name))
            {
                foreach (FileEntry taken in Take(child))
                    yield return taken;
            }
        }
    }

    private IEnumerable<FileEntry> Directory(FileEntry directory, PathFilter.Place place, ChildrenAhead ahead)
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
        foreach (FileEntry taken in Below(directory, place, ahead))
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
        if (root.Length == 0 && entry.LinkGroup is null && hasTimes)
            return entry;
        FileEntry shown = entry with { Path = EntryPath.Below(entry.Path, root), Modified = hasTimes ? entry.Modified : null };
        return shown.LinkGroup is { } group ? Linked(shown, group) : shown;
    }

    private FileEntry Linked(FileEntry entry, string group)
    {
        if (_firstNames.TryAdd(group, entry.Path))
            return entry;
        return entry with { Kind = EntryKind.HardLink, LinkTarget = _firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
    }

    private sealed class Level(IReadOnlyList<FileEntry> entries)
    {
        public IReadOnlyList<FileEntry> Entries { get; } = entries;

        public int Next { get; set; }

        public static Level Of(FileEntry directory, ChildrenAhead ahead)
        {
            IReadOnlyList<FileEntry> entries = ahead.Children(directory.Path);
            ahead.Expect(entries);
            return new Level(entries);
        }
    }
}
