using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// Builds a layer's directory, the form that overlay mounts, from entries in any order. What entries say of the same name adds up as in an
/// archive: the later one wins, and directories merge. No entry can reach outside the directory, nor through a link inside it.
/// </summary>
/// <remarks>Not thread-safe. image-spec v1.1.1, layer.md.</remarks>
internal sealed class LayerDirectoryWriter : IDisposable
{
    private const int ImpliedMode = 0x1ED; // 0755
    private const int NewFileMode = 0x180; // 0600, until the entry's own is set

    private readonly DirectoryHandle _root;
    private readonly OverlayMarks _marks;
    private readonly EntryAttributes _attributes;
    private readonly SortedDictionary<string, FileTime?> _directoryTimes = new(EntryPath.Order);
    private readonly SortedSet<string> _implied = new(EntryPath.Order);
    private readonly HashSet<string> _opaque = new(StringComparer.Ordinal);
    private DirectoryHandle? _parent;
    private string? _parentPath;

    /// <summary>Writes into an existing, empty directory.</summary>
    public LayerDirectoryWriter(string path, OverlayMarks marks)
    {
        _root = DirectoryHandle.Open(path);
        _marks = marks;
        _attributes = new EntryAttributes(marks.Ownership);
    }

    /// <summary>The entries that the directory does not tell of as they are, in order: for the layer's records.</summary>
    public ImmutableArray<FileEntry> Records => _attributes.Records;

    /// <summary>
    /// Directories that hold entries but were never described themselves: they stand as 0755 of root until someone knows better. Below an opaque directory
    /// there are none, for what the layers below have there is hidden.
    /// </summary>
    public IEnumerable<string> Implied => _implied.Where(path => !EntryPath.Ancestors(path).Any(_opaque.Contains));

    /// <summary>Takes up what another writer left for the records of this directory.</summary>
    public void Continue(ImmutableArray<FileEntry> records)
    {
        foreach (FileEntry record in records)
            _attributes.Record(record);
    }

    /// <summary>Adds a regular file; its content is written by the caller into the open, empty file.</summary>
    /// <exception cref="SystemCallException">The kernel refuses; ELOOP when the path leads through a symbolic link.</exception>
    public async Task AddFileAsync(FileEntry entry, Func<SafeFileHandle, Task> write)
    {
        (DirectoryHandle parent, string name) = Prepare(entry);
        using (SafeFileHandle file = parent.CreateFile(name, NewFileMode))
            await write(file).ConfigureAwait(false);
        _attributes.Set(parent, name, entry);
    }

    /// <summary>Adds anything but a regular file or a hard link.</summary>
    /// <exception cref="SystemCallException">The kernel refuses; ELOOP when the path leads through a symbolic link.</exception>
    public void Add(FileEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                AddDirectory(entry);
                break;
            case EntryKind.Whiteout:
                AddWhiteout(entry.Path);
                break;
            case EntryKind.SymbolicLink:
                (DirectoryHandle parent, string name) = Prepare(entry);
                parent.CreateSymbolicLink(name, entry.LinkTarget ?? throw new ArgumentException("a link without a target", nameof(entry)));
                _attributes.Set(parent, name, entry);
                break;
            default:
                AddNode(entry);
                break;
        }
    }

    /// <summary>Adds one more name for a file of this layer; false when this layer has no such file.</summary>
    /// <exception cref="SystemCallException">The kernel refuses; ELOOP when a path leads through a symbolic link.</exception>
    public bool TryAddHardLink(string path, string targetPath)
    {
        using DirectoryHandle? targetParent = _root.TryOpenDirectory(EntryPath.Parent(targetPath));
        string targetName = EntryPath.Name(targetPath);
        if (path != targetPath && targetParent?.TryStatus(targetName) is null && _attributes.Recorded(targetPath) is { IsDirectory: false })
        {
            Prepare(new FileEntry { Path = path, Kind = EntryKind.HardLink });
            _attributes.Link(path, targetPath);
            return true; // of a device that could not be made
        }
        if (targetParent?.TryStatus(targetName) is not { IsDirectory: false, IsWhiteout: false } || path == targetPath)
            return targetParent is not null && path == targetPath;
        (DirectoryHandle parent, string name) = Prepare(new FileEntry { Path = path, Kind = EntryKind.HardLink });
        parent.CreateHardLink(name, targetParent, targetName);
        _attributes.Link(path, targetPath);
        return true;
    }

    /// <summary>Hides everything that the layers below have under a directory.</summary>
    public void MakeOpaque(string directory)
    {
        EnsureDirectory(directory);
        if (directory.Length > 0)
            MarkOpaque(OpenParent(directory), directory);
    }

    /// <summary>Sets the times of directories, which every name added to them has changed.</summary>
    public void Complete()
    {
        foreach ((string path, FileTime? time) in _directoryTimes.Reverse())
            OpenParent(path).SetModified(EntryPath.Name(path), time ?? default);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parent?.Dispose();
        _root.Dispose();
    }

    private void AddDirectory(FileEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            _attributes.SetRoot(_root, entry);
            return;
        }
        DirectoryHandle parent = OpenParent(entry.Path);
        string name = EntryPath.Name(entry.Path);
        FileStatus? existing = parent.TryStatus(name);
        if (existing is not { IsDirectory: true })
        {
            Clear(parent, entry.Path, existing);
            Create(parent, name, entry.Mode);
        }
        if (entry.IsOpaque || existing is { IsWhiteout: true })
            MarkOpaque(parent, entry.Path);
        _directoryTimes[entry.Path] = entry.Modified;
        if (entry.IsImplied)
        {
            _implied.Add(entry.Path);
            return;
        }
        _implied.Remove(entry.Path);
        _attributes.Set(parent, name, entry);
    }

    private void AddWhiteout(string path)
    {
        DirectoryHandle parent = OpenParent(path);
        string name = EntryPath.Name(path);
        // A name that this layer has itself hides the one below anyway; a directory must be told to.
        if (parent.TryStatus(name) is not { } existing)
            parent.CreateNode(name, FileKind.CharacterDevice, 0, 0, 0);
        else if (existing.IsDirectory)
        {
            MarkOpaque(parent, path);
            _implied.Remove(path); // it no longer is the one below
        }
    }

    private void AddNode(FileEntry entry)
    {
        (DirectoryHandle parent, string name) = Prepare(entry);
        FileKind kind = entry.Kind switch
        {
            EntryKind.CharacterDevice => FileKind.CharacterDevice,
            EntryKind.BlockDevice => FileKind.BlockDevice,
            EntryKind.Fifo => FileKind.Fifo,
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, null),
        };
        try
        {
            parent.CreateNode(name, kind, entry.Mode, entry.DeviceMajor, entry.DeviceMinor);
        }
        catch (SystemCallException e) when (e.ErrorNumber == Errno.EPERM && kind != FileKind.Fifo)
        {
            _attributes.Record(entry);
            return; // Only the machine's root may make devices. Steps have a /dev of their own.
        }
        _attributes.Set(parent, name, entry);
    }

    // Makes room for an entry: its directory is there and its name is free.
    private (DirectoryHandle Parent, string Name) Prepare(FileEntry entry)
    {
        DirectoryHandle parent = OpenParent(entry.Path);
        string name = EntryPath.Name(entry.Path);
        Clear(parent, entry.Path, parent.TryStatus(name));
        return (parent, name);
    }

    private void Clear(DirectoryHandle parent, string path, FileStatus? existing)
    {
        _attributes.Forget(path);
        if (existing is not { IsDirectory: true })
        {
            if (existing is not null)
                parent.RemoveFile(EntryPath.Name(path));
            return;
        }
        DirectoryRemoval.Remove(parent, EntryPath.Name(path));
        _implied.RemoveWhere(p => EntryPath.IsWithin(p, path));
        _opaque.RemoveWhere(p => EntryPath.IsWithin(p, path));
        foreach (string gone in _directoryTimes.Keys.Where(p => EntryPath.IsWithin(p, path)).ToList())
            _directoryTimes.Remove(gone);
    }

    private DirectoryHandle OpenParent(string path)
    {
        string wanted = EntryPath.Parent(path);
        if (_parent is not null && _parentPath == wanted)
            return _parent;
        EnsureDirectory(wanted);
        DirectoryHandle opened = _root.OpenDirectory(wanted);
        _parent?.Dispose();
        _parentPath = wanted;
        return _parent = opened;
    }

    private void EnsureDirectory(string path)
    {
        using DirectoryHandle? existing = _root.TryOpenDirectory(path);
        if (existing is not null)
            return;
        string parentPath = EntryPath.Parent(path);
        EnsureDirectory(parentPath);
        using DirectoryHandle parent = _root.OpenDirectory(parentPath);
        string name = EntryPath.Name(path);
        FileStatus? taken = parent.TryStatus(name);
        if (taken is { IsWhiteout: false })
            throw new SystemCallException("openat2", taken.Value.Kind == FileKind.SymbolicLink ? Errno.ELOOP : Errno.ENOTDIR, path);
        if (taken is not null)
            parent.RemoveFile(name);
        Create(parent, name, ImpliedMode);
        // Where the name was removed, this is a new directory and not the one below.
        if (taken is not null)
            MarkOpaque(parent, path);
        else
            _implied.Add(path);
        _directoryTimes[path] = null;
    }

    private void MarkOpaque(DirectoryHandle parent, string path)
    {
        parent.SetAttribute(EntryPath.Name(path), _marks.Opaque, "y"u8);
        _opaque.Add(path);
    }

    private void Create(DirectoryHandle parent, string name, int mode)
    {
        parent.CreateDirectory(name, mode);
        _attributes.SetRootOwner(parent, name);
        parent.SetMode(name, mode);
    }
}
