using System.Text;

namespace Caisson.Oci.Tests.Tar;

/// <summary>Builds archives block by block, wrong ones too.</summary>
internal sealed class RawTar
{
    private readonly List<byte> _bytes = [];

    public static byte[] PosixMagic => "ustar\000"u8.ToArray();

    public static byte[] GnuMagic => "ustar  \0"u8.ToArray();

    public int Length => _bytes.Count;

    /// <summary>Adds a header whose fields may be overwritten before its checksum is made.</summary>
    public RawTar Header(string name, char type = '0', long size = 0, Action<byte[]>? change = null)
    {
        byte[] block = new byte[512];
        Put(block, 0, Encoding.Latin1.GetBytes(name));
        Put(block, 100, "0000644\0"u8);
        Put(block, 108, "0000000\0"u8);
        Put(block, 116, "0000000\0"u8);
        Put(block, 124, Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0') + "\0"));
        Put(block, 136, "00000000000\0"u8);
        block[156] = (byte)type;
        Put(block, 257, PosixMagic);
        change?.Invoke(block);
        Seal(block);
        _bytes.AddRange(block);
        return this;
    }

    /// <summary>Adds bytes and the zeros that fill their last block.</summary>
    public RawTar Data(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        _bytes.AddRange(new byte[(512 - (bytes.Length % 512)) % 512]);
        return this;
    }

    /// <summary>Adds a file.</summary>
    public RawTar File(string name, ReadOnlySpan<byte> content, Action<byte[]>? change = null) => Header(name, '0', content.Length, change).Data(content);

    /// <summary>Adds a PAX header with records that are made here.</summary>
    public RawTar Pax(params (string Key, string Value)[] records) => PaxRaw('x', string.Concat(records.Select(r => Record(r.Key, r.Value))));

    /// <summary>Adds a PAX header with records as they are given, each character a byte.</summary>
    public RawTar PaxRaw(char type, string records) => Header("PaxHeaders.0/x", type, records.Length).Data(Encoding.Latin1.GetBytes(records));

    /// <summary>Adds the end.</summary>
    public byte[] End() => [.. _bytes, .. new byte[1024]];

    /// <summary>The archive without an end.</summary>
    public byte[] Bytes() => [.. _bytes];

    public static string Record(string key, string value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (length != rest + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
            length++;
        return $"{length} {key}={value}\n";
    }

    public static void Put(byte[] block, int offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(block.AsSpan(offset));

    public static void Seal(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = block.Sum(b => b);
        Put(block, 148, Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 "));
    }
}
