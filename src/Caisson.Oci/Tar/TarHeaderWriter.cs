using System.Buffers;
using System.Diagnostics;

namespace Caisson.Oci.Tar;

/// <summary>Turns entries into header blocks: one ustar header where everything fits, a PAX extended header before it otherwise.</summary>
/// <remarks>
/// POSIX.1-2017, pax. The bytes are those of Go's archive/tar for the same entry, format chosen by itself, as layers in the
/// wild are written with it: numbers fill their field with zeros and end in NUL, an extended header is named
/// "PaxHeaders.0" in the entry's directory, its records are sorted, and its main header holds what fits.
/// </remarks>
internal sealed class TarHeaderWriter
{
    /// <summary>The most bytes of a PAX extended header. Go's reader refuses more.</summary>
    public const int MaxPaxBytes = 1024 * 1024;

    private const int NameBytes = 100;
    private const int PrefixBytes = 155;
    private const long MaxOctal7 = 0x1F_FFFF;
    private const long MaxOctal11 = 0x1_FFFF_FFFF;

    private readonly ArrayBufferWriter<byte> _blocks = new(3 * TarFormat.BlockBytes);
    private readonly PaxRecords _records = new();
    private readonly bool _subSecondTimes;
    private byte[] _name = new byte[512];
    private byte[] _link = new byte[512];

    public TarHeaderWriter(bool subSecondTimes) => _subSecondTimes = subSecondTimes;

    /// <summary>The header blocks of an entry, valid until the next call.</summary>
    /// <exception cref="ArgumentException">No archive can hold the entry.</exception>
    public ReadOnlyMemory<byte> Write(TarEntry entry)
    {
        TarEntryRules.Check(entry);
        _blocks.ResetWrittenCount();
        _records.Clear();
        ReadOnlySpan<byte> name = EncodeName(entry);
        ReadOnlySpan<byte> link = Encode(entry.LinkTarget, ref _link);
        int prefix = PrefixOf(name);
        if (NeedsPax(entry, name, link, prefix))
        {
            AddRecords(entry, name, link);
            WriteExtendedHeader(name);
            prefix = 0;
        }
        WriteMainHeader(entry, name, link, prefix);
        return _blocks.WrittenMemory;
    }

    private ReadOnlySpan<byte> EncodeName(TarEntry entry)
    {
        if (entry.Type != TarEntryType.Directory)
            return Encode(entry.Path, ref _name);
        int length = Encode(entry.Path.Length == 0 ? "." : entry.Path, ref _name).Length;
        _name[length] = (byte)'/';
        return _name.AsSpan(0, length + 1);
    }

    // Always leaves room for one more byte.
    private static ReadOnlySpan<byte> Encode(string text, ref byte[] buffer)
    {
        int length = PathText.GetByteCount(text);
        if (length >= buffer.Length)
            buffer = new byte[2 * length];
        return buffer.AsSpan(0, PathText.Encode(text, buffer));
    }

    private bool NeedsPax(TarEntry entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link, int prefix) =>
        (!Fits(name) && prefix == 0) || !Fits(link) || entry.Uid > MaxOctal7 || entry.Gid > MaxOctal7 || entry.SizeBytes > MaxOctal11
            || !FitsTime(entry) || HasFraction(entry) || !entry.Xattrs.IsEmpty;

    private bool HasFraction(TarEntry entry) => _subSecondTimes && entry.ModifiedNanoseconds != 0;

    private static bool FitsTime(TarEntry entry) => entry.ModifiedSeconds is >= 0 and <= MaxOctal11;

    private static bool Fits(ReadOnlySpan<byte> text) => text.Length <= NameBytes && System.Text.Ascii.IsValid(text);

    // How many bytes of a name that is too long go into the prefix field; 0 when it does not divide.
    private static int PrefixOf(ReadOnlySpan<byte> name)
    {
        if (name.Length <= NameBytes || !System.Text.Ascii.IsValid(name))
            return 0;
        int end = Math.Min(name.Length - (name[^1] == '/' ? 1 : 0), PrefixBytes + 1);
        int slash = name[..end].LastIndexOf((byte)'/');
        return slash > 0 && name.Length - slash - 1 <= NameBytes ? slash : 0;
    }

    // In the order of the keys' bytes: capital letters come first.
    private void AddRecords(TarEntry entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link)
    {
        foreach (string xattr in entry.Xattrs.Keys.Order(Comparer<string>.Create(PathText.Compare)))
            _records.Add(TarFormat.PaxXattrPrefix + xattr, entry.Xattrs[xattr].AsSpan());
        if (entry.Gid > MaxOctal7)
            _records.Add(TarFormat.PaxGid, entry.Gid);
        if (!Fits(link))
            _records.Add(TarFormat.PaxLinkPath, link);
        if (!FitsTime(entry) || HasFraction(entry))
            _records.AddTime(TarFormat.PaxModified, entry.ModifiedSeconds, _subSecondTimes ? entry.ModifiedNanoseconds : 0);
        if (!Fits(name))
            _records.Add(TarFormat.PaxPath, name);
        if (entry.SizeBytes > MaxOctal11)
            _records.Add(TarFormat.PaxSize, entry.SizeBytes);
        if (entry.Uid > MaxOctal7)
            _records.Add(TarFormat.PaxUid, entry.Uid);
        if (_records.Bytes.Length > MaxPaxBytes)
            throw new ArgumentException($"\"{entry.Path}\" needs a PAX header of {_records.Bytes.Length} bytes, and readers take {MaxPaxBytes}", nameof(entry));
    }

    private void WriteExtendedHeader(ReadOnlySpan<byte> name)
    {
        int recordBytes = _records.Bytes.Length;
        Span<byte> block = NextBlocks(TarFormat.BlockBytes);
        PutExtendedName(block[TarFormat.Name], name);
        PutOctal(block[TarFormat.Mode], 0);
        PutOctal(block[TarFormat.Uid], 0);
        PutOctal(block[TarFormat.Gid], 0);
        PutOctal(block[TarFormat.Size], recordBytes);
        PutOctal(block[TarFormat.Modified], 0);
        block[TarFormat.TypeOffset] = TarFormat.PaxType;
        Seal(block);
        _records.Bytes.CopyTo(NextBlocks(recordBytes + TarFormat.PaddingOf(recordBytes)));
    }

    // "dir/base" becomes "dir/PaxHeaders.0/base", "dir/" becomes "dir/PaxHeaders.0".
    private static void PutExtendedName(Span<byte> field, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> own = "PaxHeaders.0"u8;
        int baseStart = name.LastIndexOf((byte)'/') + 1;
        ReadOnlySpan<byte> directory = name.SequenceEqual("./"u8) ? [] : name[..baseStart];
        byte[] path = new byte[name.Length + own.Length + 1];
        directory.CopyTo(path);
        own.CopyTo(path.AsSpan(directory.Length));
        int length = directory.Length + own.Length;
        if (baseStart < name.Length)
        {
            path[length++] = (byte)'/';
            name[baseStart..].CopyTo(path.AsSpan(length));
            length += name.Length - baseStart;
        }
        length = DropNonAscii(path.AsSpan(0, length));
        path.AsSpan(0, Math.Min(length, NameBytes)).TrimEnd((byte)'/').CopyTo(field);
    }

    private void WriteMainHeader(TarEntry entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link, int prefix)
    {
        Span<byte> block = NextBlocks(TarFormat.BlockBytes);
        PutText(block[TarFormat.Name], prefix > 0 ? name[(prefix + 1)..] : name);
        PutOctal(block[TarFormat.Mode], entry.Mode);
        PutOctal(block[TarFormat.Uid], entry.Uid <= MaxOctal7 ? entry.Uid : 0);
        PutOctal(block[TarFormat.Gid], entry.Gid <= MaxOctal7 ? entry.Gid : 0);
        PutOctal(block[TarFormat.Size], entry.SizeBytes <= MaxOctal11 ? entry.SizeBytes : 0);
        PutOctal(block[TarFormat.Modified], FitsTime(entry) ? entry.ModifiedSeconds : 0);
        block[TarFormat.TypeOffset] = TypeOf(entry.Type);
        PutText(block[TarFormat.LinkTarget], link);
        PutOctal(block[TarFormat.DeviceMajor], entry.DeviceMajor);
        PutOctal(block[TarFormat.DeviceMinor], entry.DeviceMinor);
        name[..prefix].CopyTo(block[TarFormat.Prefix]);
        Seal(block);
    }

    private Span<byte> NextBlocks(int length)
    {
        Span<byte> blocks = _blocks.GetSpan(length)[..length];
        blocks.Clear();
        _blocks.Advance(length);
        return blocks;
    }

    private static void Seal(Span<byte> block)
    {
        TarFormat.PosixMagic.CopyTo(block[TarFormat.Magic]);
        Span<byte> checksum = block[TarFormat.Checksum];
        int sum = TarFormat.ComputeChecksum(block);
        PutOctal(checksum[..7], sum);
        checksum[7] = (byte)' ';
    }

    // Text that is too long stands in full in the PAX header. Cut right behind a slash it would look like a directory's.
    private static void PutText(Span<byte> field, ReadOnlySpan<byte> text)
    {
        if (System.Text.Ascii.IsValid(text) && text.Length <= field.Length)
        {
            text.CopyTo(field);
            return;
        }
        byte[] ascii = text.ToArray();
        int length = DropNonAscii(ascii);
        bool isCut = length > field.Length;
        Span<byte> kept = ascii.AsSpan(0, Math.Min(length, field.Length));
        (isCut ? kept.TrimEnd((byte)'/') : kept).CopyTo(field);
    }

    private static int DropNonAscii(Span<byte> text)
    {
        int length = 0;
        foreach (byte b in text)
        {
            if (b < 0x80)
                text[length++] = b;
        }
        return length;
    }

    // Digits fill the field up to a NUL at its end.
    private static void PutOctal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }

    private static byte TypeOf(TarEntryType type) => type switch
    {
        TarEntryType.File => TarFormat.FileType,
        TarEntryType.HardLink => TarFormat.HardLinkType,
        TarEntryType.SymbolicLink => TarFormat.SymbolicLinkType,
        TarEntryType.CharacterDevice => TarFormat.CharacterDeviceType,
        TarEntryType.BlockDevice => TarFormat.BlockDeviceType,
        TarEntryType.Directory => TarFormat.DirectoryType,
        TarEntryType.Fifo => TarFormat.FifoType,
        _ => throw new UnreachableException(),
    };
}
