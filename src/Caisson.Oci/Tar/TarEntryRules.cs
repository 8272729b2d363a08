namespace Caisson.Oci.Tar;

/// <summary>What <see cref="TarEntry"/> promises, checked before an entry is written.</summary>
internal static class TarEntryRules
{
    private const uint MaxDevice = 0x1F_FFFF; // seven octal digits, and more than Linux has

    /// <exception cref="ArgumentException">The entry breaks a rule.</exception>
    public static void Check(TarEntry entry)
    {
        string? fault = FaultOfPath(entry) ?? FaultOfNumbers(entry) ?? FaultOfLink(entry) ?? FaultOfXattrs(entry);
        if (fault is not null)
            throw new ArgumentException($"entry \"{entry.Path}\": {fault}", nameof(entry));
    }

    private static string? FaultOfPath(TarEntry entry)
    {
        if (entry.Path.Length == 0 && entry.Type != TarEntryType.Directory)
            return "the root can only be a directory";
        return TarPath.IsNormal(entry.Path) ? null : "the path is not normal";
    }

    private static string? FaultOfNumbers(TarEntry entry)
    {
        if ((entry.Mode & ~TarEntry.ModeMask) != 0)
            return $"the mode {entry.Mode} has more than twelve bits";
        if (entry.Uid < 0 || entry.Gid < 0)
            return "owner or group is negative";
        if (entry.SizeBytes < 0 || (entry.SizeBytes > 0 && entry.Type != TarEntryType.File))
            return $"a {entry.Type} of {entry.SizeBytes} bytes";
        if (entry.ModifiedNanoseconds is < 0 or > 999_999_999)
            return $"{entry.ModifiedNanoseconds} nanoseconds";
        return entry.DeviceMajor > MaxDevice || entry.DeviceMinor > MaxDevice ? "a device number is too large" : null;
    }

    private static string? FaultOfLink(TarEntry entry) => entry.Type switch
    {
        TarEntryType.HardLink when entry.LinkTarget.Length == 0 || !TarPath.IsNormal(entry.LinkTarget) => "the hard link's target is not a normal path",
        TarEntryType.SymbolicLink when entry.LinkTarget.Length == 0 || entry.LinkTarget.Contains('\0', StringComparison.Ordinal) =>
            "the symbolic link's text is empty or has a NUL",
        TarEntryType.HardLink or TarEntryType.SymbolicLink => null,
        _ => entry.LinkTarget.Length == 0 ? null : "only links have a target",
    };

    private static string? FaultOfXattrs(TarEntry entry)
    {
        foreach (string name in entry.Xattrs.Keys)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
                return $"an extended attribute cannot be named \"{name}\"";
        }
        return null;
    }
}
