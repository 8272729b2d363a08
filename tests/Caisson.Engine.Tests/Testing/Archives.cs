using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Testing;

/// <summary>What archives for a build to unpack are made of.</summary>
internal static class Archives
{
    /// <summary>An archive as a stranger writes it: .NET's own writer takes any names.</summary>
    public static byte[] Hostile(params ReadOnlySpan<System.Formats.Tar.TarEntry> entries)
    {
        MemoryStream stream = new();
        using (System.Formats.Tar.TarWriter writer = new(stream, leaveOpen: true))
        {
            foreach (System.Formats.Tar.TarEntry entry in entries)
                writer.WriteEntry(entry);
        }
        return stream.ToArray();
    }

    public static (TarEntry Entry, string Content) File(string path, string content = "", int mode = 0x1A4, long uid = 0, long gid = 0) =>
        (new TarEntry { Type = TarEntryType.File, Path = path, Mode = mode, Uid = uid, Gid = gid }, content);

    public static (TarEntry Entry, string Content) Directory(string path, int mode = 0x1ED, long uid = 0, long gid = 0) =>
        (new TarEntry { Type = TarEntryType.Directory, Path = path, Mode = mode, Uid = uid, Gid = gid }, "");

    public static (TarEntry Entry, string Content) Link(string path, string target, long uid = 0, long gid = 0) =>
        (new TarEntry { Type = TarEntryType.SymbolicLink, Path = path, Mode = 0x1FF, Uid = uid, Gid = gid, LinkTarget = target }, "");

    public static (TarEntry Entry, string Content) HardLink(string path, string target) =>
        (new TarEntry { Type = TarEntryType.HardLink, Path = path, LinkTarget = target }, "");

    public static (TarEntry Entry, string Content) Device(string path, uint major, uint minor) =>
        (new TarEntry { Type = TarEntryType.CharacterDevice, Path = path, Mode = 0x1B6, DeviceMajor = major, DeviceMinor = minor }, "");

    public static (TarEntry Entry, string Content) At(this (TarEntry Entry, string Content) entry, long seconds) => (entry.Entry with { ModifiedSeconds = seconds }, entry.Content);

    public static (TarEntry Entry, string Content) WithXattr(this (TarEntry Entry, string Content) entry, string name, params byte[] value) =>
        (entry.Entry with { Xattrs = entry.Entry.Xattrs.Add(name, [.. value]) }, entry.Content);
}
