using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// A layer's directory whose entries have the times that they carry in an image. The directory itself has those that programs see
/// (<see cref="FileEntry.TimeOnDisk"/>): of a file of a build context, its own.
/// </summary>
/// <param name="files">The directory; disposed with this tree.</param>
/// <param name="times">What is said of the times; disposed with this tree. Null for nothing.</param>
/// <param name="madeSince">
/// When the step began that wrote the directory: what is not older was made by it, and carries the time of the image. When that was is no input of the step.
/// Null where entries that nothing is said of have the time that the directory shows.
/// </param>
public sealed class TimedTree(ILayerTree files, FileListTree? times, FileTime? madeSince) : ILayerTree
{
    /// <inheritdoc/>
    public bool CanChange => files.CanChange;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => files.Find(path) is { } entry ? Timed(entry) : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => files.Children(directory).Select(Timed);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => files.Open(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        files.Dispose();
        times?.Dispose();
    }

    private FileEntry Timed(FileEntry entry)
    {
        if (entry.Kind == EntryKind.Whiteout)
            return entry;
        if (times?.Find(entry.Path) is { } said)
            return entry with { Modified = said.Modified };
        return madeSince is { } beginning && entry.Modified is { } modified && !modified.IsBefore(beginning) ? entry with { Modified = null } : entry;
    }
}
