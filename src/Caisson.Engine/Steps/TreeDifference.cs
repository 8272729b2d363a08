using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>What turns one file system into another, as entries of a layer. Times of directories do not count: they are those of what happens in them.</summary>
/// <param name="before">The one.</param>
/// <param name="after">The other.</param>
/// <param name="below">What the layer is laid over: only what is there needs to be removed.</param>
/// <param name="mayDiffer">Whether a path may differ, or something below it, though it is there in both.</param>
internal sealed class TreeDifference(IFileTree before, IFileTree after, IFileTree below, Func<string, bool> mayDiffer)
{
    private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);
    private readonly List<FileEntry> _unchangedParents = [];

    /// <summary>The entries, in the order of a list. May be enumerated once.</summary>
    public IEnumerable<FileEntry> Entries(CancellationToken ct) => Walk("", ct);

    private IEnumerable<FileEntry> Walk(string directory, CancellationToken ct)
    {
        foreach ((string path, FileEntry? old, FileEntry? now) in Names(directory))
        {
            ct.ThrowIfCancellationRequested();
            if (old is not null && now is not null && !mayDiffer(path))
                continue;
            IEnumerable<FileEntry> changes = now switch
            {
                null when below.Find(path) is null => TakeParents(),
                null => [.. TakeParents(), new FileEntry { Path = path, Kind = EntryKind.Whiteout }],
                { IsDirectory: true } => WalkDirectory(now, old, ct),
                _ => IsSame(now, old, ct) ? [] : [.. TakeParents(), Named(now)],
            };
            foreach (FileEntry change in changes)
                yield return change;
        }
    }

    private IEnumerable<FileEntry> WalkDirectory(FileEntry now, FileEntry? old, CancellationToken ct)
    {
        int depth = _unchangedParents.Count;
        _unchangedParents.Add(now with { IsOpaque = false, IsImplied = false });
        if (old is null || !now.HasAttributesOf(old))
        {
            foreach (FileEntry parent in TakeParents())
                yield return parent;
        }
        foreach (FileEntry change in Walk(now.Path, ct))
            yield return change;
        // What is still here was not needed by any change below.
        if (_unchangedParents.Count > depth)
            _unchangedParents.RemoveRange(depth, _unchangedParents.Count - depth);
    }

    private IEnumerable<(string Path, FileEntry? Old, FileEntry? Now)> Names(string directory)
    {
        SortedDictionary<string, (FileEntry? Old, FileEntry? Now)> names = new(StringComparer.Ordinal);
        foreach (FileEntry old in before.Children(directory))
            names[old.Path] = (old, null);
        foreach (FileEntry now in after.Children(directory))
            names[now.Path] = (names.GetValueOrDefault(now.Path).Old, now);
        return names.Select(static n => (n.Key, n.Value.Old, n.Value.Now));
    }

    // Of a file with several names all are told where one may differ, so that they stay names of one file.
    private bool IsSame(FileEntry now, FileEntry? old, CancellationToken ct) =>
        old is not null
        && now.LinkGroup is null
        && now.HasAttributesOf(old)
        && now.SizeBytes == old.SizeBytes
        && now.Modified == old.Modified
        && (now.Kind != EntryKind.File || (now.Content ?? after.Hash(now.Path, ct).Content) == (old.Content ?? before.Hash(old.Path, ct).Content));

    private FileEntry Named(FileEntry now)
    {
        if (now.LinkGroup is not { } group || _firstNames.TryAdd(group, now.Path))
            return now;
        return now with { Kind = EntryKind.HardLink, LinkTarget = _firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
    }

    private List<FileEntry> TakeParents()
    {
        List<FileEntry> parents = [.. _unchangedParents];
        _unchangedParents.Clear();
        return parents;
    }
}
