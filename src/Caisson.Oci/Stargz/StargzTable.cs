using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Stargz;

/// <summary>Writes the table of contents.</summary>
/// <remarks>stargz-snapshotter, docs/estargz.md, "TOC and TOCEntries".</remarks>
internal static class StargzTable
{
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
    private static readonly Digest Empty = Digest.OfBytes([]);

    public static byte[] Write(List<StargzEntry> entries)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("entries");
            foreach (StargzEntry entry in entries)
            {
                json.WriteStartObject();
                if (entry.IsFurther)
                    WriteFurther(json, entry);
                else
                    WriteFirst(json, entry);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteFurther(Utf8JsonWriter json, StargzEntry entry)
    {
        json.WriteString("name", NameOf(entry.Entry));
        json.WriteString("type", "chunk");
        WriteChunk(json, entry);
    }

    private static void WriteFirst(Utf8JsonWriter json, StargzEntry line)
    {
        TarEntry entry = line.Entry;
        json.WriteString("name", NameOf(entry));
        json.WriteString("type", TypeOf(entry.Type));
        if (entry.SizeBytes > 0)
            json.WriteNumber("size", entry.SizeBytes);
        if (entry.ModifiedSeconds > 0 && entry.ModifiedSeconds <= MaxSeconds) // without one it is zero or unknown
            json.WriteString("modtime", DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (entry.LinkTarget.Length > 0)
            json.WriteString("linkName", entry.LinkTarget);
        json.WriteNumber("mode", entry.Mode);
        json.WriteNumber("uid", entry.Uid);
        json.WriteNumber("gid", entry.Gid);
        if (entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice)
        {
            json.WriteNumber("devMajor", entry.DeviceMajor);
            json.WriteNumber("devMinor", entry.DeviceMinor);
        }
        if (!entry.Xattrs.IsEmpty)
        {
            json.WriteStartObject("xattrs");
            foreach ((string name, var value) in entry.Xattrs)
                json.WriteBase64String(name, value.AsSpan());
            json.WriteEndObject();
        }
        if (entry.Type != TarEntryType.File)
            return;
        json.WriteString("digest", (line.FileDigest ?? line.ChunkDigest ?? Empty).Value);
        if (entry.SizeBytes > 0)
            WriteChunk(json, line);
    }

    // The last chunk of a file has no size: it goes to the file's end.
    private static void WriteChunk(Utf8JsonWriter json, StargzEntry entry)
    {
        json.WriteNumber("offset", entry.Offset);
        if (entry.IsFurther)
            json.WriteNumber("chunkOffset", entry.ChunkOffset);
        if (entry.ChunkOffset + entry.ChunkBytes < entry.Entry.SizeBytes)
            json.WriteNumber("chunkSize", entry.ChunkBytes);
        json.WriteString("chunkDigest", entry.ChunkDigest!.Value); // there since the chunk was compressed
    }

    // The path as it stands in the archive.
    private static string NameOf(TarEntry entry) => entry.Type != TarEntryType.Directory ? entry.Path : entry.Path.Length == 0 ? "./" : entry.Path + "/";

    private static string TypeOf(TarEntryType type) => type switch
    {
        TarEntryType.Directory => "dir",
        TarEntryType.File => "reg",
        TarEntryType.SymbolicLink => "symlink",
        TarEntryType.HardLink => "hardlink",
        TarEntryType.CharacterDevice => "char",
        TarEntryType.BlockDevice => "block",
        TarEntryType.Fifo => "fifo",
        _ => throw new UnreachableException(type.ToString()),
    };
}
