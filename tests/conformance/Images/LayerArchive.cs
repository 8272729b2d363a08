using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Caisson.Conformance.Images;

/// <summary>Reads the entries of a layer: tar with PAX and GNU long names, gzip or plain. Made for the small and friendly archives of the cases.</summary>
/// <remarks>It shares nothing with the product's reader, so that a mistake in one of them shows.</remarks>
internal static class LayerArchive
{
    private const int Block = 512;
    private const string AttributePrefix = "SCHILY.xattr.";

    public static ImmutableArray<ArchiveEntry> Read(byte[] blob)
    {
        byte[] tar = Decompress(blob);
        ImmutableArray<ArchiveEntry>.Builder entries = ImmutableArray.CreateBuilder<ArchiveEntry>();
        Dictionary<string, byte[]> extra = [];
        for (int offset = 0; offset + Block <= tar.Length && tar[offset] != 0;)
        {
            ReadOnlySpan<byte> header = tar.AsSpan(offset, Block);
            long size = Number(header.Slice(124, 12));
            byte[] content = tar.AsSpan(offset + Block, (int)size).ToArray();
            offset += Block + ((content.Length + Block - 1) / Block * Block);
            switch ((char)header[156])
            {
                case 'x':
                    ReadRecords(content, extra);
                    break;
                case 'L':
                    extra["path"] = content.AsSpan().TrimEnd((byte)0).ToArray();
                    break;
                case 'K':
                    extra["linkpath"] = content.AsSpan().TrimEnd((byte)0).ToArray();
                    break;
                default:
                    entries.Add(Entry(header, content, extra));
                    extra.Clear();
                    break;
            }
        }
        return entries.ToImmutable();
    }

    private static ArchiveEntry Entry(ReadOnlySpan<byte> header, byte[] content, Dictionary<string, byte[]> extra)
    {
        char type = header[156] is 0 ? '0' : (char)header[156];
        string prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        string path = Record(extra, "path") ?? (prefix.Length > 0 ? prefix + "/" : "") + Text(header[..100]);
        string link = Record(extra, "linkpath") ?? Text(header.Slice(157, 100));
        return new ArchiveEntry
        {
            Path = path.Trim('/') is "" or "." ? "." : Plain(path),
            Type = type,
            Mode = (int)Number(header.Slice(100, 8)) & 0xFFF,
            Uid = RecordNumber(extra, "uid") ?? Number(header.Slice(108, 8)),
            Gid = RecordNumber(extra, "gid") ?? Number(header.Slice(116, 8)),
            Target = type switch
            {
                '1' => Plain(link),
                '2' => link,
                '3' or '4' => $"{Number(header.Slice(329, 8))},{Number(header.Slice(337, 8))}",
                _ => "",
            },
            SizeBytes = type == '0' ? content.Length : 0,
            Content = type == '0' ? Convert.ToHexStringLower(SHA256.HashData(content)) : "",
            Time = RecordNumber(extra, "mtime") ?? Number(header.Slice(136, 12)),
            Attributes = extra.Where(static r => r.Key.StartsWith(AttributePrefix, StringComparison.Ordinal))
                .ToImmutableSortedDictionary(static r => r.Key[AttributePrefix.Length..], static r => Convert.ToHexStringLower(r.Value), StringComparer.Ordinal),
        };
    }

    private static byte[] Decompress(byte[] blob)
    {
        if (blob is not [0x1F, 0x8B, ..])
            return blob;
        using GZipStream gzip = new(new MemoryStream(blob), CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    // "LENGTH NAME=VALUE\n", LENGTH counting the whole record.
    private static void ReadRecords(ReadOnlySpan<byte> records, Dictionary<string, byte[]> extra)
    {
        while (records.IndexOf((byte)' ') is >= 0 and int blank)
        {
            int length = int.Parse(records[..blank], CultureInfo.InvariantCulture);
            ReadOnlySpan<byte> record = records[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            extra[Encoding.Latin1.GetString(record[..equals])] = record[(equals + 1)..].ToArray();
            records = records[length..];
        }
    }

    // Octal, or base 256 when the first bit is set.
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            long value = field[0] & 0x7F;
            foreach (byte b in field[1..])
                value = (value << 8) | b;
            return value;
        }
        string digits = Text(field).Trim(' ');
        return digits.Length == 0 ? 0 : Convert.ToInt64(digits, 8);
    }

    private static string? Record(Dictionary<string, byte[]> extra, string name) => extra.TryGetValue(name, out byte[]? value) ? Encoding.Latin1.GetString(value) : null;

    // Times may have fractions of a second, which layers of some builders lack: they are left out, towards the past.
    private static long? RecordNumber(Dictionary<string, byte[]> extra, string name) =>
        Record(extra, name) is { } text ? (long)Math.Floor(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)) : null;

    private static string Plain(string path) => (path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path).Trim('/');

    private static string Text(ReadOnlySpan<byte> field) => Encoding.Latin1.GetString(field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field);
}
