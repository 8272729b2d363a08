using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>A layer as the directory that overlay mounts.</summary>
public sealed class DirectoryTree : ILayerTree
{
    private readonly DirectoryHandle _root;
    private readonly OverlayMarks _marks;

    // In use by one thread at a time, which takes it out for that.
    private Opened? _recent;

    /// <summary>Opens a layer's directory.</summary>
    /// <exception cref="SystemCallException">It cannot be opened.</exception>
    public DirectoryTree(string path, OverlayMarks marks)
    {
        _root = DirectoryHandle.Open(path);
        _marks = marks;
    }

    /// <inheritdoc/>
    public bool CanChange => false;

    /// <inheritdoc/>
    public FileEntry? Find(string path)
    {
        if (path.Length == 0)
            return Describe(_root, ".", path, _root.Status());
        // Whoever looks up names does so directory by directory: the one at hand is not opened anew for each of them.
        Opened? parent = Interlocked.Exchange(ref _recent, null);
        string parentPath = EntryPath.Parent(path);
        if (parent?.Path != parentPath)
        {
            parent?.Dispose();
            if (_root.TryOpenDirectory(parentPath) is not { } handle)
                return null;
            parent = new Opened(parentPath, handle);
        }
        try
        {
            string name = EntryPath.Name(path);
            return parent.Handle.TryStatus(name) is { Kind: not FileKind.Socket } status ? Describe(parent.Handle, name, path, status) : null;
        }
        finally
        {
            Keep(parent);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory)
    {
        using DirectoryHandle? opened = _root.TryOpenDirectory(directory);
        if (opened is null)
            yield break;
        foreach (string name in opened.List())
        {
            // A name can be gone between the listing and the look only where someone else writes: never in the store.
            if (opened.TryStatus(name) is { Kind: not FileKind.Socket } status)
                yield return Describe(opened, name, EntryPath.Join(directory, name), status);
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => _root.OpenFile(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        Interlocked.Exchange(ref _recent, null)?.Dispose();
    }

    // What another thread kept meanwhile is closed, and so is what is kept after the end.
    private void Keep(Opened opened)
    {
        Interlocked.Exchange(ref _recent, opened)?.Dispose();
        if (_root.IsClosed)
            Interlocked.Exchange(ref _recent, null)?.Dispose();
    }

    private FileEntry Describe(DirectoryHandle parent, string name, string path, FileStatus status)
    {
        if (status.IsWhiteout)
            return new FileEntry { Path = path, Kind = EntryKind.Whiteout };
        List<string> attributes = name == "." ? [] : parent.ListAttributes(name);
        (uint uid, uint gid) = OwnerOf(parent, name, status, attributes);
        return new FileEntry
        {
            Path = path,
            Kind = KindOf(status.Kind),
            Mode = status.Mode,
            Uid = uid,
            Gid = gid,
            SizeBytes = status.Kind == FileKind.File ? status.SizeBytes : 0,
            Modified = status.Modified,
            TimeOnDisk = status.Modified,
            LinkTarget = status.Kind == FileKind.SymbolicLink ? parent.ReadLink(name) : null,
            DeviceMajor = status.DeviceMajor,
            DeviceMinor = status.DeviceMinor,
            Xattrs = Carried(parent, name, attributes),
            IsOpaque = attributes.Contains(_marks.Opaque) && parent.TryGetAttribute(name, _marks.Opaque) is [(byte)'y'],
            LinkGroup = status is { Kind: FileKind.File, LinkCount: > 1 } ? string.Create(CultureInfo.InvariantCulture, $"{status.Device}:{status.Inode}") : null,
        };
    }

    private (uint Uid, uint Gid) OwnerOf(DirectoryHandle parent, string name, FileStatus status, List<string> attributes) => _marks.Ownership switch
    {
        Ownership.Record => (0, 0),
        Ownership.Attribute when attributes.Contains(OwnerAttribute.Name) && OwnerAttribute.Read(parent.TryGetAttribute(name, OwnerAttribute.Name)) is { } said => said,
        _ => (status.Uid, status.Gid),
    };

    private static EntryKind KindOf(FileKind kind) => kind switch
    {
        FileKind.Directory => EntryKind.Directory,
        FileKind.SymbolicLink => EntryKind.SymbolicLink,
        FileKind.CharacterDevice => EntryKind.CharacterDevice,
        FileKind.BlockDevice => EntryKind.BlockDevice,
        FileKind.Fifo => EntryKind.Fifo,
        _ => EntryKind.File,
    };

    private static ImmutableSortedDictionary<string, ImmutableArray<byte>> Carried(DirectoryHandle parent, string name, List<string> attributes)
    {
        ImmutableSortedDictionary<string, ImmutableArray<byte>> carried = FileEntry.NoXattrs;
        foreach (string attribute in attributes.Where(CarriedAttributes.Include))
        {
            if (parent.TryGetAttribute(name, attribute) is { } value)
                carried = carried.Add(attribute, [.. value]);
        }
        return carried;
    }

    private sealed record Opened(string Path, DirectoryHandle Handle) : IDisposable
    {
        public void Dispose() => Handle.Dispose();
    }
}
