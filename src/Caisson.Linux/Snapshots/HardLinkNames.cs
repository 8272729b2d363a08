namespace Caisson.Linux.Snapshots;

/// <summary>Names of one file, in the form that a list has them: the first in its order holds the file, the others are hard links to it.</summary>
public static class HardLinkNames
{
    /// <summary>The same entries, where those of one <see cref="FileEntry.LinkGroup"/> have been told apart. Memory grows with the number of such files.</summary>
    /// <param name="entries">Entries in the order of a list; every name of a file is an entry like the others.</param>
    public static IEnumerable<FileEntry> Settle(IEnumerable<FileEntry> entries)
    {
        Dictionary<string, string> firstNames = new(StringComparer.Ordinal);
        foreach (FileEntry entry in entries)
        {
            yield return entry.LinkGroup is not { } group || firstNames.TryAdd(group, entry.Path)
                ? entry
                : entry with { Kind = EntryKind.HardLink, LinkTarget = firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
        }
    }
}
