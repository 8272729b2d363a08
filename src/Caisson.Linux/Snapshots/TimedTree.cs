using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// A layer's directory whose entries have the times that they carry in an image. The directory itself has those that programs see
/// (<see cref="FileEntry.TimeOnDisk"/>): of a file of a build context, its own.
/// </summary>
/// <param name="files">The directory; disposed with this tree.</param>
/// <param name="times">What is said of the times; disposed with this tree. Entries that it does not name have the time that the directory shows.</param>
public sealed class TimedTree(DirectoryTree files, FileListTree times) : ILayerTree
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
        times.Dispose();
    }

    private FileEntry Timed(FileEntry entry) =>
        entry.Kind != EntryKind.Whiteout && times.Find(entry.Path) is { } said ? entry with { Modified = said.Modified } : entry;
}
