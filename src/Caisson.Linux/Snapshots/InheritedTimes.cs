using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// Of what overlay copied into a step's layer, the entries whose time the step left alone and that carry another time in an image than programs see.
/// </summary>
/// <remarks>
/// A file of a build context stands on disk with its own time, for programs such as make that compare times, and carries the time of the image. Overlay
/// keeps the time on disk when it copies the file for a change of its owner or mode, or a directory for something put into it. Which files these are can be told
/// for certain only while the directories that the step ran on are at hand, so it is written down when the step ends. What a program itself copies
/// with its time to another name is a file that the step made.
/// </remarks>
/// <param name="written">What the step wrote.</param>
/// <param name="below">What it ran on, with times on disk.</param>
public sealed class InheritedTimes(ILayerTree written, IFileTree below)
{
    // The times of files with several names; that they have one is known by any of these.
    private readonly Dictionary<string, FileTime?> _linked = new(StringComparer.Ordinal);

    /// <summary>Writes the list of them: path, kind and time.</summary>
    /// <param name="path">The file, which is not there yet.</param>
    /// <returns>Whether there are any; otherwise there is no file either.</returns>
    /// <exception cref="IOException">The list cannot be written.</exception>
    public bool Write(string path)
    {
        int count = Write(path, Walk("", isBelow: true));
        // Names that the step gave to such a file can be anywhere.
        if (_linked.Count > 0)
        {
            File.Delete(path);
            count = Write(path, Walk("", isBelow: true));
        }
        if (count == 0)
            File.Delete(path);
        return count > 0;
    }

    private static int Write(string path, IEnumerable<FileEntry> entries)
    {
        using FileListWriter writer = new(path);
        int count = 0;
        foreach (FileEntry entry in entries)
        {
            writer.Add(new FileEntry { Path = entry.Path, Kind = entry.Kind, Modified = entry.Modified });
            count++;
        }
        writer.Complete();
        return count;
    }

    // isBelow: whether the directory is there below too. What stands in a new one was not copied from below, but can be one more name of what was.
    private IEnumerable<FileEntry> Walk(string directory, bool isBelow)
    {
        foreach (FileEntry entry in written.Children(directory))
        {
            FileEntry? old = isBelow ? below.Find(entry.Path) : null;
            if (Inherited(entry, old) is { } inherited)
                yield return inherited;
            bool isKnown = old is { IsDirectory: true };
            if (!entry.IsDirectory || (!isKnown && _linked.Count == 0))
                continue;
            foreach (FileEntry inside in Walk(entry.Path, isKnown))
                yield return inside;
        }
    }

    private FileEntry? Inherited(FileEntry entry, FileEntry? old)
    {
        if (old is { TimeOnDisk: not null } && old.Kind == entry.Kind && old.TimeOnDisk == entry.TimeOnDisk)
        {
            if (old.Modified == entry.TimeOnDisk)
                return null;
            if (entry.LinkGroup is { } ours)
                _linked[ours] = old.Modified;
            return entry with { Modified = old.Modified };
        }
        return entry.LinkGroup is { } group && _linked.TryGetValue(group, out FileTime? time) ? entry with { Modified = time } : null;
    }
}
