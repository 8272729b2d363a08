using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// A directory of this machine as something to copy from: whatever owns its files, root does; of their attributes only capabilities count. Sockets, and
/// devices without a number, are not there.
/// </summary>
/// <remarks>Thread-safe, as long as its clock and its cache are. No path is followed through a symbolic link.</remarks>
public sealed class HostTree : IDisposable
{
    private const string Capability = "security.capability";

    private readonly DirectoryHandle _root;
    private readonly StatCache? _known;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<ulong, bool> _hasLocalClock = new();

    /// <summary>Opens a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="known">What its files held earlier; null when that is not known.</param>
    /// <param name="time">The clock that times of files are compared with.</param>
    /// <exception cref="SystemCallException">The directory cannot be opened.</exception>
    public HostTree(string path, StatCache? known, TimeProvider time)
    {
        _root = DirectoryHandle.Open(path);
        _known = known;
        _time = time;
    }

    /// <summary>The entry of a path; null when there is none.</summary>
    public FileEntry? Find(string path)
    {
        if (path.Length == 0)
            return Describe(_root, "", path, _root.Status());
        using DirectoryHandle? parent = _root.TryOpenDirectory(EntryPath.Parent(path));
        return parent is null ? null : Look(parent, EntryPath.Name(path), path);
    }

    /// <summary>The entries of the names in a directory, in ordinal order; none when there is no such directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="includes">Asked before anything but its name is known of an entry; null for all.</param>
    public List<FileEntry> Children(string directory, Predicate<string>? includes = null)
    {
        using DirectoryHandle? opened = _root.TryOpenDirectory(directory);
        if (opened is null)
            return [];
        List<string> names = List(opened, directory);
        List<FileEntry> children = new(names.Count);
        foreach (string name in names)
        {
            if (includes?.Invoke(name) != false && Look(opened, name, EntryPath.Join(directory, name)) is { } entry)
                children.Add(entry);
        }
        return children;
    }

    /// <summary>Opens a regular file that was found.</summary>
    /// <exception cref="ContentChangedException">It is gone, or something else stands in its place.</exception>
    /// <exception cref="SystemCallException">It cannot be opened.</exception>
    public SafeFileHandle Open(string path)
    {
        try
        {
            return _root.OpenFile(path);
        }
        catch (SystemCallException e) when (e.IsNotFound || e.ErrorNumber is Errno.ELOOP or Errno.EISDIR or Errno.EINVAL)
        {
            throw new ContentChangedException(path);
        }
    }

    /// <summary>The digest of a regular file, and how long it was when it was read. It is remembered, unless the file changed meanwhile.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public (Digest Content, long SizeBytes) Hash(string path, CancellationToken ct)
    {
        DateTimeOffset began = _time.GetUtcNow();
        using SafeFileHandle file = Open(path);
        FileStatus before = file.Status();
        (Digest content, long sizeBytes) = FileContent.Hash(file, ct);
        // A file that is known is not asked for its attributes: one that has any is never known.
        if (_known is not null && !file.HasAttribute(Capability) && file.Status().IsUnchangedSince(before))
            _known.Add(before, content, began, _hasLocalClock.GetOrAdd(before.Device, static (_, f) => FileSystemClock.IsLocal(f), file));
        return (content, sizeBytes);
    }

    /// <summary>Takes note of what was written to a file of it by the one who alone writes there.</summary>
    /// <param name="status">The file's status when all was written.</param>
    /// <param name="content">The digest of what was written.</param>
    public void Remember(in FileStatus status, Digest content) => _known?.AddWritten(status, content, _time.GetUtcNow());

    /// <summary>Whether an open file is one that is remembered with these bytes.</summary>
    public bool IsKnownToHold(SafeFileHandle file, Digest content) => _known?.Find(file.Status()) == content;

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private static List<string> List(DirectoryHandle opened, string directory)
    {
        try
        {
            return opened.List();
        }
        catch (SystemCallException e)
        {
            return e.IsNotFound ? [] : throw new SystemCallException(e.Call, e.ErrorNumber, directory.Length == 0 ? "." : directory);
        }
    }

    // Others may remove a name at any moment, between two looks at it too: then it is not there.
    private FileEntry? Look(DirectoryHandle parent, string name, string path)
    {
        try
        {
            return parent.TryStatus(name) is { } status ? Describe(parent, name, path, status) : null;
        }
        catch (SystemCallException e)
        {
            return e.IsNotFound ? null : throw new SystemCallException(e.Call, e.ErrorNumber, path);
        }
    }

    private FileEntry? Describe(DirectoryHandle parent, string name, string path, in FileStatus status)
    {
        if (status.Kind == FileKind.Socket || status.IsWhiteout)
            return null;
        bool isFile = status.Kind == FileKind.File;
        Digest? content = isFile ? _known?.Find(status) : null;
        return new FileEntry
        {
            Path = path,
            Kind = KindOf(status.Kind),
            Mode = status.Mode,
            SizeBytes = isFile ? status.SizeBytes : 0,
            Modified = status.Modified,
            TimeOnDisk = status.Modified,
            LinkTarget = status.Kind == FileKind.SymbolicLink ? parent.ReadLink(name) : null,
            DeviceMajor = status.DeviceMajor,
            DeviceMinor = status.DeviceMinor,
            Xattrs = content is not null || name.Length == 0 ? FileEntry.NoXattrs : CapabilityOf(parent, name),
            LinkGroup = isFile && status.LinkCount > 1 ? string.Create(CultureInfo.InvariantCulture, $"{status.Device}:{status.Inode}") : null,
            Content = content,
        };
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<byte>> CapabilityOf(DirectoryHandle parent, string name) =>
        parent.TryGetAttribute(name, Capability) is { } value ? FileEntry.NoXattrs.Add(Capability, [.. value]) : FileEntry.NoXattrs;

    private static EntryKind KindOf(FileKind kind) => kind switch
    {
        FileKind.Directory => EntryKind.Directory,
        FileKind.SymbolicLink => EntryKind.SymbolicLink,
        FileKind.CharacterDevice => EntryKind.CharacterDevice,
        FileKind.BlockDevice => EntryKind.BlockDevice,
        FileKind.Fifo => EntryKind.Fifo,
        _ => EntryKind.File,
    };
}
