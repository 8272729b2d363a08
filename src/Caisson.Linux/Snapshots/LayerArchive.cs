using Caisson.Linux.Native;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Snapshots;

/// <summary>Entries of a layer's archive and entries of the layer: the same facts, in the words of a tar and in those of the store.</summary>
/// <remarks>image-spec v1.1.1, layer.md.</remarks>
public static class LayerArchive
{
    /// <summary>What an entry of the archive, which is no whiteout, says of the layer.</summary>
    public static FileEntry FromTar(TarEntry entry)
    {
        return new FileEntry
        {
            Path = entry.Path,
            Kind = entry.Type switch
            {
                TarEntryType.Directory => EntryKind.Directory,
                TarEntryType.HardLink => EntryKind.HardLink,
                TarEntryType.SymbolicLink => EntryKind.SymbolicLink,
                TarEntryType.CharacterDevice => EntryKind.CharacterDevice,
                TarEntryType.BlockDevice => EntryKind.BlockDevice,
                TarEntryType.Fifo => EntryKind.Fifo,
                _ => EntryKind.File,
            },
            Mode = entry.Mode,
            Uid = (uint)entry.Uid,
            Gid = (uint)entry.Gid,
            SizeBytes = entry.Type == TarEntryType.File ? entry.SizeBytes : 0,
            Modified = new FileTime(entry.ModifiedSeconds, entry.ModifiedNanoseconds),
            LinkTarget = entry.Type is TarEntryType.HardLink or TarEntryType.SymbolicLink ? entry.LinkTarget : null,
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
            Xattrs = entry.Xattrs.RemoveRange(entry.Xattrs.Keys.Where(static name => !CarriedAttributes.Include(name))),
        };
    }

    /// <summary>The entry of the archive that says it of the layer.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="time">The time it carries in the image.</param>
    public static TarEntry ToTar(FileEntry entry, FileTime time) => new()
    {
        Path = entry.Kind == EntryKind.Whiteout ? Whiteouts.RemovalOf(entry.Path) : entry.Path,
        Type = entry.Kind switch
        {
            EntryKind.Directory => TarEntryType.Directory,
            EntryKind.HardLink => TarEntryType.HardLink,
            EntryKind.SymbolicLink => TarEntryType.SymbolicLink,
            EntryKind.CharacterDevice => TarEntryType.CharacterDevice,
            EntryKind.BlockDevice => TarEntryType.BlockDevice,
            EntryKind.Fifo => TarEntryType.Fifo,
            _ => TarEntryType.File,
        },
        Mode = entry.Kind == EntryKind.SymbolicLink ? 0x1FF : entry.Mode,
        Uid = entry.Uid,
        Gid = entry.Gid,
        SizeBytes = entry.SizeBytes,
        ModifiedSeconds = time.Seconds,
        LinkTarget = entry.LinkTarget ?? "",
        DeviceMajor = entry.DeviceMajor,
        DeviceMinor = entry.DeviceMinor,
        Xattrs = entry.Xattrs,
    };
}
