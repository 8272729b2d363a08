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
        using DirectoryHandle? parent = OpenParent(path);
        string name = EntryPath.Name(path);
        return parent?.TryStatus(name) is { Kind: not FileKind.Socket } status ? Describe(parent, name, path, status) : null;
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
    public void Dispose() => _root.Dispose();

    private DirectoryHandle? OpenParent(string path) => _root.TryOpenDirectory(EntryPath.Parent(path));

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
}
