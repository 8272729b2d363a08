using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Caisson.Oci.Tests.Stargz;

/// <summary>Reads an eStargz as one who fetches single files does, knowing nothing of how ours is written: from the footer to the table, from the table to members.</summary>
internal sealed class StargzReader
{
    private const int FooterBytes = 51;
    private readonly byte[] _blob;
    private readonly long _tableOffset;

    public StargzReader(byte[] blob)
    {
        _blob = blob;
        ReadOnlySpan<byte> footer = blob.AsSpan(blob.Length - FooterBytes);
        Assert.Equal([0x1F, 0x8B, 8, 4], footer[..4].ToArray());
        Assert.Equal(26, footer[10] | (footer[11] << 8));
        Assert.Equal("SG"u8.ToArray(), footer[12..14].ToArray());
        Assert.Equal("STARGZ", Encoding.ASCII.GetString(footer[32..38]));
        Assert.Empty(Inflate(footer.ToArray()));
        _tableOffset = long.Parse(Encoding.ASCII.GetString(footer[16..32]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte[] archive = Inflate(blob[(int)_tableOffset..^FooterBytes]);
        Assert.Equal("stargz.index.json", Encoding.ASCII.GetString(archive.AsSpan(0, 17)));
        int size = Convert.ToInt32(Encoding.ASCII.GetString(archive.AsSpan(124, 11)), 8);
        Table = archive[512..(512 + size)];
        Entries = [.. JsonDocument.Parse(Table).RootElement.GetProperty("entries").EnumerateArray()];
    }

    public byte[] Table { get; }

    public JsonElement[] Entries { get; }

    public JsonElement this[string name] => Entries.First(e => Text(e, "name") == name);

    /// <summary>A file, of its own members alone, checked by the digests of the table.</summary>
    public byte[] Read(string name)
    {
        JsonElement[] chunks = [.. Entries.Where(e => Text(e, "name") == name)];
        long size = Number(chunks[0], "size");
        MemoryStream content = new();
        foreach (JsonElement chunk in size == 0 ? [] : chunks)
        {
            long chunkOffset = Number(chunk, "chunkOffset");
            Assert.Equal(content.Length, chunkOffset);
            long length = Number(chunk, "chunkSize") is var given and not 0 ? given : size - chunkOffset;
            long offset = Number(chunk, "offset");
            byte[] bytes = Inflate(_blob[(int)offset..(int)NextOffset(offset)])[..(int)length];
            Assert.Equal(Text(chunk, "chunkDigest"), DigestOf(bytes));
            content.Write(bytes);
        }
        Assert.Equal(Text(chunks[0], "digest"), DigestOf(content.ToArray()));
        return content.ToArray();
    }

    public static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    public static long Number(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Inflate(byte[] members)
    {
        MemoryStream plain = new();
        using GZipStream gzip = new(new MemoryStream(members), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private long NextOffset(long offset) => Entries.Select(static e => Number(e, "offset")).Append(_tableOffset).Where(o => o > offset).Min();
}
