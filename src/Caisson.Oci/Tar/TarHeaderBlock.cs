namespace Caisson.Oci.Tar;

/// <summary>One header block, its fields read on demand. Reused for all headers of an archive.</summary>
/// <remarks>v7, ustar, star and GNU headers; see <see cref="TarFormat"/> for the sources.</remarks>
internal sealed class TarHeaderBlock(TarErrorContext errors)
{
    private readonly byte[] _block = new byte[TarFormat.BlockBytes];
    private Dialect _dialect;

    private enum Dialect
    {
        Old,
        Posix,
        Star,
        Gnu,
    }

    /// <summary>The letter of the type.</summary>
    public byte Type => _block[TarFormat.TypeOffset];

    /// <summary>The whole block.</summary>
    public ReadOnlySpan<byte> Bytes => _block;

    /// <summary>Whether the block has the fields of GNU tar's own format.</summary>
    public bool IsGnu => _dialect == Dialect.Gnu;

    /// <summary>The mode's lower twelve bits.</summary>
    public int Mode => (int)(Number(TarFormat.Mode, "mode") & TarEntry.ModeMask);

    /// <summary>The owner's number.</summary>
    public long Uid => NotNegative(TarFormat.Uid, "owner");

    /// <summary>The group's number.</summary>
    public long Gid => NotNegative(TarFormat.Gid, "group");

    /// <summary>The bytes that follow, not counting padding.</summary>
    public long Size => NotNegative(TarFormat.Size, "size");

    /// <summary>The time in seconds.</summary>
    public long ModifiedSeconds => Number(TarFormat.Modified, "time");

    /// <summary>The size of an old GNU sparse file with its holes.</summary>
    public long SparseRealSize => NotNegative(TarFormat.SparseRealSize, "sparse size");

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor => DeviceNumber(TarFormat.DeviceMajor);

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor => DeviceNumber(TarFormat.DeviceMinor);

    /// <summary>The target of a link.</summary>
    public ReadOnlySpan<byte> LinkTarget => Text(TarFormat.LinkTarget);

    /// <summary>The name with its prefix.</summary>
    public ReadOnlySpan<byte> Name
    {
        get
        {
            ReadOnlySpan<byte> prefix = _dialect switch
            {
                Dialect.Posix => Text(TarFormat.Prefix),
                Dialect.Star => Text(TarFormat.StarPrefix),
                _ => [],
            };
            ReadOnlySpan<byte> name = Text(TarFormat.Name);
            return prefix.IsEmpty ? name : (byte[])[.. prefix, (byte)'/', .. name];
        }
    }

    /// <summary>Takes a block and verifies its checksum.</summary>
    public void Load(ReadOnlySpan<byte> block)
    {
        block.CopyTo(_block);
        _dialect = DialectOf(_block);
        errors.SetName(Text(TarFormat.Name));
        bool isNumber = TarNumber.TryParseField(_block.AsSpan(TarFormat.Checksum), out long checksum);
        if (!isNumber || (checksum != TarFormat.ComputeChecksum(_block) && checksum != TarFormat.ComputeSignedChecksum(_block)))
            throw errors.Malformed(errors.Offset == 0 ? "the header's checksum is wrong: this is no tar archive" : "the header's checksum is wrong");
    }

    private static Dialect DialectOf(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> magic = block[TarFormat.Magic];
        if (magic.SequenceEqual(TarFormat.GnuMagic))
            return Dialect.Gnu;
        if (!magic.StartsWith(TarFormat.PosixMagic[..6]))
            return Dialect.Old;
        return block[TarFormat.StarTrailer].SequenceEqual("tar\0"u8) ? Dialect.Star : Dialect.Posix;
    }

    private ReadOnlySpan<byte> Text(Range field)
    {
        ReadOnlySpan<byte> bytes = _block.AsSpan(field);
        int end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }

    private long Number(Range field, string what) =>
        TarNumber.TryParseField(_block.AsSpan(field), out long value) ? value : throw errors.Malformed($"the {what} is no number");

    private long NotNegative(Range field, string what)
    {
        long value = Number(field, what);
        return value >= 0 ? value : throw errors.Malformed($"the {what} {value} is negative");
    }

    private uint DeviceNumber(Range field)
    {
        long value = _dialect == Dialect.Old ? 0 : NotNegative(field, "device number");
        return value <= uint.MaxValue ? (uint)value : throw errors.Malformed($"the device number {value} is too large");
    }
}
