using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Caisson.Engine.Reproducing;

/// <summary>Looks into archives: their members in another order, with other times, or with other content.</summary>
internal static class ArchiveComparison
{
    private const int GzipTimeOffset = 4;
    private const int MaxUnpackedBytes = 32 << 20;
    private const int MaxMembers = 100_000;
    private const int TarBlock = 512;
    private const int ArMagicBytes = 8;
    private const int ArHeaderBytes = 60;

    /// <summary>Tells how two archives of one format differ; null when they are no archives that are known, or damaged.</summary>
    /// <param name="one">The one.</param>
    /// <param name="other">The other.</param>
    /// <param name="contents">Compares what is in them.</param>
    public static ContentDifference? TryTell(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, Inner contents)
    {
        try
        {
            if (BeginBoth(one.Span, other.Span, 0, [0x1f, 0x8b]))
                return TellGzip(one, other, contents);
            if (ReadBoth(one, other, "PK"u8, 0, ReadZip) is { } zips)
                return TellMembers(zips.One, zips.Other, contents);
            if (ReadBoth(one, other, "!<arch>\n"u8, 0, ReadAr) is { } libraries)
                return TellMembers(libraries.One, libraries.Other, contents);
            if (ReadBoth(one, other, "ustar"u8, 257, ReadTar) is { } tars)
                return TellMembers(tars.One, tars.Other, contents);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            // It only begins like one.
        }
        return null;
    }

    private static (List<Member> One, List<Member> Other)? ReadBoth(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, ReadOnlySpan<byte> magic, int offset, Func<ReadOnlyMemory<byte>, List<Member>> read) =>
        BeginBoth(one.Span, other.Span, offset, magic) ? (read(one), read(other)) : null;

    private static bool BeginBoth(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int offset, ReadOnlySpan<byte> magic) =>
        one.Length > offset && other.Length > offset && one[offset..].StartsWith(magic) && other[offset..].StartsWith(magic);

    // RFC 1952, section 2.3: the time stands behind magic, method and flags.
    private static ContentDifference TellGzip(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, Inner contents)
    {
        byte[] left = Inflate(one, static s => new GZipStream(s, CompressionMode.Decompress));
        byte[] right = Inflate(other, static s => new GZipStream(s, CompressionMode.Decompress));
        if (!left.AsSpan().SequenceEqual(right))
            return Inside("what is packed", contents.Tell(left, right));
        uint time = BinaryPrimitives.ReadUInt32LittleEndian(one.Span[GzipTimeOffset..]), otherTime = BinaryPrimitives.ReadUInt32LittleEndian(other.Span[GzipTimeOffset..]);
        return time != otherTime
            ? new ContentDifference(DifferenceKind.TimeStamp, string.Create(CultureInfo.InvariantCulture, $"the time in its header, {time} and {otherTime}"))
            : new ContentDifference(DifferenceKind.Content, "the same content, packed otherwise") { Cure = "pack with the same program, the same level and one thread" };
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> packed, Func<Stream, Stream> open)
    {
        using Stream stream = open(new MemoryStream(packed.ToArray(), writable: false));
        return ReadAll(stream);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream content = new();
        byte[] buffer = new byte[64 << 10];
        while (stream.Read(buffer) is > 0 and int count)
        {
            content.Write(buffer, 0, count);
            if (content.Length > MaxUnpackedBytes)
                throw new InvalidDataException("it is too large to look into");
        }
        return content.ToArray();
    }

    private static ContentDifference? TellMembers(List<Member> one, List<Member> other, Inner contents)
    {
        if (!one.Select(static m => m.Name).SequenceEqual(other.Select(static m => m.Name)))
        {
            return one.Select(static m => m.Name).Order(StringComparer.Ordinal).SequenceEqual(other.Select(static m => m.Name).Order(StringComparer.Ordinal))
                ? new ContentDifference(DifferenceKind.Order, "the same members in another order")
                : new ContentDifference(DifferenceKind.OnlyInOne, "other members");
        }
        foreach ((Member left, Member right) in one.Zip(other))
        {
            if (!left.Read().AsSpan().SequenceEqual(right.Read()))
                return Inside(left.Name, contents.Tell(left.Read(), right.Read()));
        }
        foreach ((Member left, Member right) in one.Zip(other))
        {
            if (left.Time != right.Time)
                return new ContentDifference(DifferenceKind.TimeStamp, $"of its member {left.Name}, \"{left.Time}\" and \"{right.Time}\"");
            if (left.Owner != right.Owner)
                return new ContentDifference(DifferenceKind.Owner, $"of its member {left.Name}, \"{left.Owner}\" and \"{right.Owner}\"");
        }
        return one.Count == 0 ? null : new ContentDifference(DifferenceKind.Content, "the same members, packed otherwise");
    }

    private static ContentDifference Inside(string name, ContentDifference inner) => inner with { Detail = inner.Detail.Length == 0 ? $"in {name}" : $"in {name}: {inner.Detail}" };

    private static List<Member> ReadZip(ReadOnlyMemory<byte> content)
    {
        using ZipArchive zip = new(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read);
        List<Member> members = [];
        long total = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            total += entry.Length;
            if (members.Count == MaxMembers || total > MaxUnpackedBytes)
                throw new InvalidDataException("it is too large to look into");
            using Stream stream = entry.Open();
            byte[] bytes = ReadAll(stream);
            members.Add(new Member(entry.FullName, entry.LastWriteTime.DateTime.ToString("s", CultureInfo.InvariantCulture), entry.ExternalAttributes.ToString("x", CultureInfo.InvariantCulture), () => bytes));
        }
        return members;
    }

    // ar(5): a header of texts for each member, which begins at an even place.
    private static List<Member> ReadAr(ReadOnlyMemory<byte> content)
    {
        List<Member> members = [];
        for (int at = ArMagicBytes; at + ArHeaderBytes <= content.Length && members.Count < MaxMembers;)
        {
            string header = Encoding.Latin1.GetString(content.Span.Slice(at, ArHeaderBytes));
            int size = int.Parse(header.AsSpan(48, 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
            ReadOnlyMemory<byte> bytes = content.Slice(at + ArHeaderBytes, size);
            members.Add(new Member(header[..16].TrimEnd(), header[16..28].TrimEnd(), header[28..48].TrimEnd(), bytes.ToArray));
            at += ArHeaderBytes + size + (size % 2);
        }
        return members;
    }

    // POSIX, pax, "ustar Interchange Format". Headers of extensions are members like others: they differ where the times do.
    private static List<Member> ReadTar(ReadOnlyMemory<byte> content)
    {
        List<Member> members = [];
        for (int at = 0; at + TarBlock <= content.Length && members.Count < MaxMembers;)
        {
            ReadOnlySpan<byte> header = content.Span.Slice(at, TarBlock);
            if (header[0] == 0)
                break;
            int size = checked((int)Octal(header.Slice(124, 12)));
            ReadOnlyMemory<byte> bytes = content.Slice(at + TarBlock, size);
            string owner = $"{Text(header.Slice(100, 8))} {Text(header.Slice(108, 8))} {Text(header.Slice(116, 8))} {Text(header.Slice(265, 32))} {Text(header.Slice(297, 32))}";
            members.Add(new Member($"{Text(header.Slice(345, 155))}{Text(header[..100])}", Octal(header.Slice(136, 12)).ToString(CultureInfo.InvariantCulture), owner, bytes.ToArray));
            at += TarBlock + ((size + TarBlock - 1) / TarBlock * TarBlock);
        }
        return members;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]).Trim();
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (char digit in Text(field))
            value = digit is >= '0' and <= '7' ? (value << 3) + (digit - '0') : throw new FormatException("no number of tar");
        return value;
    }

    /// <summary>Compares what is in an archive.</summary>
    /// <param name="Contents">Compares contents.</param>
    /// <param name="Depth">In how many archives these are.</param>
    internal sealed record Inner(ContentComparison Contents, int Depth)
    {
        /// <summary>Tells how two contents differ.</summary>
        public ContentDifference Tell(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => Contents.Tell(one, other, Depth);
    }

    private sealed record Member(string Name, string Time, string Owner, Func<byte[]> Read);
}
