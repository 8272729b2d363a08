using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// What a step changed, read off the directory that overlay put its writes into. Names that overlay had to copy there but that did not change are left out;
/// a directory that was removed and made again is told by removals of what it held, so that no layer needs to be opaque.
/// </summary>
/// <remarks>image-spec v1.1.1, layer.md, "Change Types" and "Whiteouts".</remarks>
public sealed class DirectoryDiff(ILayerTree upper, IFileTree below)
{
    private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);
    private readonly List<FileEntry> _unchangedParents = [];

    /// <summary>The changes, in the order of a list. May be enumerated once.</summary>
    public IEnumerable<FileEntry> Entries() => Walk("", isReplaced: false);

    // isReplaced: the directory of the layers below is not visible here, though it is there.
    private IEnumerable<FileEntry> Walk(string directory, bool isReplaced)
    {
        foreach ((string path, FileEntry? entry) in Names(directory, isReplaced))
        {
            FileEntry? old = below.Find(path);
            if (entry is { IsDirectory: true })
            {
                foreach (FileEntry change in WalkDirectory(entry, old, isReplaced))
                    yield return change;
            }
            else if (Change(path, entry, old) is { } change)
            {
                foreach (FileEntry parent in TakeParents())
                    yield return parent;
                yield return change;
            }
        }
    }

    private IEnumerable<FileEntry> WalkDirectory(FileEntry entry, FileEntry? old, bool isReplaced)
    {
        int depth = _unchangedParents.Count;
        bool isChanged = old is not { IsDirectory: true } || !entry.HasAttributesOf(old);
        _unchangedParents.Add(entry with { IsOpaque = false });
        if (isChanged)
        {
            foreach (FileEntry parent in TakeParents())
                yield return parent;
        }
        foreach (FileEntry change in Walk(entry.Path, isReplaced || entry.IsOpaque))
            yield return change;
        // What is still here was not needed by any change below.
        if (_unchangedParents.Count > depth)
            _unchangedParents.RemoveRange(depth, _unchangedParents.Count - depth);
    }

    // The names to look at, in order: those that were written, and those that stand below a directory that was replaced.
    private IEnumerable<(string Path, FileEntry? Entry)> Names(string directory, bool isReplaced)
    {
        IEnumerable<FileEntry> written = upper.Children(directory);
        if (!isReplaced)
            return written.Select(static e => (e.Path, (FileEntry?)e));
        SortedDictionary<string, FileEntry?> names = new(StringComparer.Ordinal);
        foreach (FileEntry old in below.Children(directory))
            names[old.Path] = null;
        foreach (FileEntry entry in written)
            names[entry.Path] = entry;
        return names.Select(static pair => (pair.Key, pair.Value));
    }

    private FileEntry? Change(string path, FileEntry? entry, FileEntry? old)
    {
        if (entry is null or { Kind: EntryKind.Whiteout })
            return old is null ? null : new FileEntry { Path = path, Kind = EntryKind.Whiteout };
        if (entry.LinkGroup is { } group)
        {
            if (_firstNames.TryGetValue(group, out string? first))
                return entry with { Kind = EntryKind.HardLink, LinkTarget = first, SizeBytes = 0 };
            _firstNames.Add(group, path);
            return entry;
        }
        return old is not null && IsSameFile(entry, old) ? null : entry;
    }

    private List<FileEntry> TakeParents()
    {
        List<FileEntry> parents = [.. _unchangedParents];
        _unchangedParents.Clear();
        return parents;
    }

    // Overlay copies a file up when it is opened for writing, even when nothing is written. A copy keeps size and time; a time of whole
    // seconds (as files from an archive have) proves too little, so the bytes decide then.
    private bool IsSameFile(FileEntry entry, FileEntry old) =>
        entry.HasAttributesOf(old)
        && entry.SizeBytes == old.SizeBytes
        && entry.TimeOnDisk == old.TimeOnDisk
        && (entry.Kind != EntryKind.File || entry.TimeOnDisk is { Nanoseconds: not 0 } || HasSameBytes(entry.Path));

    private bool HasSameBytes(string path)
    {
        using SafeFileHandle left = upper.Open(path);
        using SafeFileHandle right = below.Open(path);
        byte[] leftBytes = new byte[32 << 10];
        byte[] rightBytes = new byte[32 << 10];
        for (long offset = 0; ; offset += leftBytes.Length)
        {
            int leftCount = RandomAccess.Read(left, leftBytes, offset);
            int rightCount = RandomAccess.Read(right, rightBytes, offset);
            if (!leftBytes.AsSpan(0, leftCount).SequenceEqual(rightBytes.AsSpan(0, rightCount)))
                return false;
            if (leftCount == 0)
                return true;
        }
    }
}
