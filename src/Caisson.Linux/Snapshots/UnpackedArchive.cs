using Caisson.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>An archive that was unpacked into a list of its entries and a directory of what its files hold, each content once, by its digest.</summary>
/// <remarks>
/// Unlike files in a directory, nothing of it depends on what this machine lets us make: devices, owners and attributes are those that the archive
/// says. Thread-safe. Life cycle: made by <see cref="ArchiveUnpacker"/>; its directory goes when it is disposed.
/// </remarks>
public sealed class UnpackedArchive : IFileTree, IDisposable
{
    private readonly string _directory;
    private readonly FileListTree _names;

    internal UnpackedArchive(string directory, FileList list)
    {
        _directory = directory;
        _names = new FileListTree(list, []);
    }

    /// <inheritdoc/>
    public bool CanChange => false;

    /// <summary>
    /// Everything in the archive, in the order of a list, the root first. Directories that it only passes through are marked as implied
    /// (<see cref="FileEntry.IsImplied"/>); as a tree, the archive shows them as what they then are, 0755 of root.
    /// </summary>
    public IEnumerable<FileEntry> Entries() => _names.Entries();

    /// <inheritdoc/>
    public FileEntry? Find(string path) => _names.Find(path) is { } entry ? entry with { IsImplied = false } : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => _names.Children(directory).Select(static e => e with { IsImplied = false });

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) =>
        _names.Find(path) is { Content: { } content } ? File.OpenHandle(Path.Combine(_directory, content.Hex)) : throw new FileNotFoundException("no file of the archive", path);

    /// <inheritdoc/>
    public void Dispose()
    {
        _names.Dispose();
        DirectoryRemoval.Remove(_directory);
    }
}
