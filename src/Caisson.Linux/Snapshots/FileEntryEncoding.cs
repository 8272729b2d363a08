using System.Buffers;
using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Snapshots;

/// <summary>The bytes of an entry in a list. They depend on the entry alone, so their hash names it.</summary>
/// <remarks>
/// In order: path; kind; flags; for all but whiteouts mode, owner and group; then, as the kind and the flags say, size, content
/// digest, link target, device numbers and attributes; last the time and, outside the hash, the source. Numbers are unsigned LEB128, texts and
/// values carry their length in front.
/// </remarks>
internal static class FileEntryEncoding
{
    private const int Sha256Bytes = 32;

    [Flags]
    private enum Flags
    {
        None = 0,
        Opaque = 1,
        Implied = 2,
        HasContent = 4,
        HasXattrs = 8,
        HasTime = 16,
    }

    /// <summary>Writes what the entry is.</summary>
    public static void Write(FileEntry entry, ArrayBufferWriter<byte> to)
    {
        WriteContent(entry, to);
        WriteTime(entry, to);
    }

    /// <summary>Writes what is no part of the entry: where its bytes come from, and whether its file may have more names.</summary>
    public static void WriteSource(FileEntry entry, ArrayBufferWriter<byte> to) =>
        WriteNumber(to, ((ulong)entry.Origin << 1) | (entry.LinkGroup is null ? 0UL : 1));

    /// <summary>Reads a whole entry.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an entry.</exception>
    public static FileEntry Read(ReadOnlySpan<byte> bytes)
    {
        string path = ReadText(ref bytes);
        EntryKind kind = (EntryKind)ReadNumber(ref bytes);
        Flags flags = (Flags)ReadNumber(ref bytes);
        FileEntry entry = new() { Path = path, Kind = kind };
        if (kind == EntryKind.Whiteout)
            return entry;
        int mode = (int)ReadNumber(ref bytes);
        uint uid = (uint)ReadNumber(ref bytes);
        uint gid = (uint)ReadNumber(ref bytes);
        entry = entry with
        {
            Mode = mode,
            Uid = uid,
            Gid = gid,
            IsOpaque = flags.HasFlag(Flags.Opaque),
            IsImplied = flags.HasFlag(Flags.Implied),
            SizeBytes = kind == EntryKind.File ? (long)ReadNumber(ref bytes) : 0,
            Content = flags.HasFlag(Flags.HasContent) ? Digest.FromSha256(Take(ref bytes, Sha256Bytes)) : null,
            LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink ? ReadText(ref bytes) : null,
            DeviceMajor = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice ? (uint)ReadNumber(ref bytes) : 0,
            DeviceMinor = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice ? (uint)ReadNumber(ref bytes) : 0,
            Xattrs = flags.HasFlag(Flags.HasXattrs) ? ReadXattrs(ref bytes) : FileEntry.NoXattrs,
            Modified = flags.HasFlag(Flags.HasTime) ? ReadTime(ref bytes) : null,
        };
        ulong source = ReadNumber(ref bytes);
        return entry with { Origin = (int)(source >> 1), LinkGroup = (source & 1) != 0 ? path : null };
    }

    private static void WriteContent(FileEntry entry, ArrayBufferWriter<byte> to)
    {
        WriteText(to, entry.Path);
        WriteNumber(to, (ulong)entry.Kind);
        WriteNumber(to, (ulong)FlagsOf(entry));
        if (entry.Kind == EntryKind.Whiteout)
            return;
        WriteNumber(to, (ulong)entry.Mode);
        WriteNumber(to, entry.Uid);
        WriteNumber(to, entry.Gid);
        if (entry.Kind == EntryKind.File)
            WriteNumber(to, (ulong)entry.SizeBytes);
        if (entry.Content is { } content)
            to.Advance(content.CopyHashTo(to.GetSpan(Sha256Bytes)));
        if (entry.Kind is EntryKind.SymbolicLink or EntryKind.HardLink)
            WriteText(to, entry.LinkTarget ?? "");
        if (entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
        {
            WriteNumber(to, entry.DeviceMajor);
            WriteNumber(to, entry.DeviceMinor);
        }
        if (!entry.Xattrs.IsEmpty)
            WriteXattrs(to, entry.Xattrs);
    }

    private static void WriteTime(FileEntry entry, ArrayBufferWriter<byte> to)
    {
        if (entry is not { Modified: { } time, Kind: not EntryKind.Whiteout })
            return;
        WriteNumber(to, (ulong)((time.Seconds << 1) ^ (time.Seconds >> 63)));
        WriteNumber(to, (ulong)time.Nanoseconds);
    }

    private static Flags FlagsOf(FileEntry entry) =>
        (entry.IsOpaque ? Flags.Opaque : 0)
        | (entry.IsImplied ? Flags.Implied : 0)
        | (entry.Content is null ? 0 : Flags.HasContent)
        | (entry.Xattrs.IsEmpty ? 0 : Flags.HasXattrs)
        | (entry.Modified is null ? 0 : Flags.HasTime);

    private static void WriteXattrs(ArrayBufferWriter<byte> to, ImmutableSortedDictionary<string, ImmutableArray<byte>> xattrs)
    {
        WriteNumber(to, (ulong)xattrs.Count);
        foreach ((string name, ImmutableArray<byte> value) in xattrs)
        {
            WriteText(to, name);
            WriteNumber(to, (ulong)value.Length);
            to.Write(value.AsSpan());
        }
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<byte>> ReadXattrs(ref ReadOnlySpan<byte> bytes)
    {
        ImmutableSortedDictionary<string, ImmutableArray<byte>>.Builder xattrs = FileEntry.NoXattrs.ToBuilder();
        for (ulong left = ReadNumber(ref bytes); left > 0; left--)
        {
            string name = ReadText(ref bytes);
            xattrs[name] = [.. Take(ref bytes, (int)ReadNumber(ref bytes))];
        }
        return xattrs.ToImmutable();
    }

    private static FileTime ReadTime(ref ReadOnlySpan<byte> bytes)
    {
        ulong seconds = ReadNumber(ref bytes);
        return new FileTime((long)(seconds >> 1) ^ -(long)(seconds & 1), (int)ReadNumber(ref bytes));
    }

    private static void WriteText(ArrayBufferWriter<byte> to, string text)
    {
        int length = PathText.GetByteCount(text);
        WriteNumber(to, (ulong)length);
        to.Advance(PathText.Encode(text, to.GetSpan(length)));
    }

    private static void WriteNumber(ArrayBufferWriter<byte> to, ulong number)
    {
        Span<byte> span = to.GetSpan(10);
        int length = 0;
        for (; number >= 0x80; number >>= 7)
            span[length++] = (byte)(number | 0x80);
        span[length++] = (byte)number;
        to.Advance(length);
    }

    private static string ReadText(ref ReadOnlySpan<byte> bytes) => PathText.Decode(Take(ref bytes, (int)ReadNumber(ref bytes)));

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(ref bytes, 1)[0];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }
        throw new InvalidDataException("a number in a file list is too long");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if ((uint)count > (uint)bytes.Length)
            throw new InvalidDataException("a file list ends in the middle of an entry");
        ReadOnlySpan<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
