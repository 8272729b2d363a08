using System.Globalization;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Reproducing;

/// <summary>Differences of entries in everything but content and time.</summary>
internal static class EntryDifferences
{
    /// <summary>Whether there are none.</summary>
    public static bool AreAlike(FileEntry one, FileEntry other) =>
        HasSameOwner(one, other) && one.LinkTarget == other.LinkTarget && one.DeviceMajor == other.DeviceMajor && one.DeviceMinor == other.DeviceMinor && one.IsOpaque == other.IsOpaque && HasSameAttributes(one, other);

    /// <summary>Whether owner, group and mode are the same.</summary>
    public static bool HasSameOwner(FileEntry one, FileEntry other) => one.Mode == other.Mode && one.Uid == other.Uid && one.Gid == other.Gid;

    /// <summary>Whether the extended attributes are the same.</summary>
    public static bool HasSameAttributes(FileEntry one, FileEntry other) =>
        one.Xattrs.Count == other.Xattrs.Count && one.Xattrs.All(pair => other.Xattrs.TryGetValue(pair.Key, out var value) && pair.Value.AsSpan().SequenceEqual(value.AsSpan()));

    /// <summary>Owner, group and mode, for people.</summary>
    public static string OwnerOf(FileEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid} {Convert.ToString(entry.Mode, 8)}");
}
