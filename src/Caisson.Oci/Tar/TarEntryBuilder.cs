namespace Caisson.Oci.Tar;

/// <summary>Makes an entry from its header and what extended headers say of it, and checks what comes from outside.</summary>
internal sealed class TarEntryBuilder(TarHeaderBlock header, TarReaderOptions options, TarErrorContext errors)
{
    /// <summary>Makes the entry; a file's size is that in its header.</summary>
    /// <param name="attributes">What PAX headers say; they go before the header.</param>
    /// <param name="longName">The name from another header, which goes before the header's own.</param>
    /// <param name="longLink">The target from a GNU header, which goes before all others.</param>
    /// <exception cref="TarException">The entry is broken, unsafe, beyond a limit or of an unknown type.</exception>
    public TarEntry Build(PaxAttributes? attributes, byte[]? longName, byte[]? longLink)
    {
        ReadOnlySpan<byte> name = longName ?? header.Name;
        errors.SetName(name);
        TarEntryType type = TypeOf(name);
        string path = TarPath.Normalize(name, "path", options, errors);
        if (path.Length == 0 && type != TarEntryType.Directory)
            throw errors.Fail(TarErrorKind.UnsafePath, $"a {type} takes the place of the root");
        bool isDevice = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        (long seconds, int nanoseconds) = attributes?.Modified ?? (header.ModifiedSeconds, 0);
        return new TarEntry
        {
            Type = type,
            Path = path,
            Mode = header.Mode,
            Uid = attributes?.Uid ?? header.Uid,
            Gid = attributes?.Gid ?? header.Gid,
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            LinkTarget = LinkTargetOf(type, longLink ?? attributes?.LinkPath),
            DeviceMajor = isDevice ? header.DeviceMajor : 0,
            DeviceMinor = isDevice ? header.DeviceMinor : 0,
            Xattrs = attributes?.Xattrs ?? TarEntry.NoXattrs,
        };
    }

    // A file whose name ends in a slash is how archives had directories before they had a type.
    private TarEntryType TypeOf(ReadOnlySpan<byte> name) => header.Type switch
    {
        TarFormat.FileType or TarFormat.OldFileType or TarFormat.ContiguousFileType => name.EndsWith("/"u8) ? TarEntryType.Directory : TarEntryType.File,
        TarFormat.GnuSparseType when header.IsGnu => TarEntryType.File,
        TarFormat.HardLinkType => TarEntryType.HardLink,
        TarFormat.SymbolicLinkType => TarEntryType.SymbolicLink,
        TarFormat.CharacterDeviceType => TarEntryType.CharacterDevice,
        TarFormat.BlockDeviceType => TarEntryType.BlockDevice,
        TarFormat.DirectoryType => TarEntryType.Directory,
        TarFormat.FifoType => TarEntryType.Fifo,
        _ => throw errors.Fail(TarErrorKind.Unsupported, $"the type 0x{header.Type:x2} is unknown"),
    };

    private string LinkTargetOf(TarEntryType type, ReadOnlySpan<byte> extended)
    {
        if (type is not (TarEntryType.HardLink or TarEntryType.SymbolicLink))
            return "";
        ReadOnlySpan<byte> target = extended.IsEmpty ? header.LinkTarget : extended;
        if (type == TarEntryType.HardLink)
        {
            string path = TarPath.Normalize(target, "hard link's target", options, errors);
            return path.Length > 0 ? path : throw errors.Fail(TarErrorKind.UnsafePath, "the hard link's target is the root");
        }
        if (target.IsEmpty || target.Contains((byte)0))
            throw errors.Malformed("the symbolic link's text is empty or has a NUL");
        errors.Limit(target.Length, options.MaxLinkTextBytes, "the length of the symbolic link's text");
        return PathText.Decode(target);
    }
}
