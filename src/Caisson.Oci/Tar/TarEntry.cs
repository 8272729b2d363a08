using System.Collections.Immutable;

namespace Caisson.Oci.Tar;

/// <summary>One entry of a tar archive without its content: a file, directory, link, device or pipe.</summary>
/// <remarks>
/// Text is as <see cref="PathText"/> has it, so that names which are not UTF-8 survive. Owners' names, access times and
/// change times are not kept: an image has none. Equality does not compare the bytes in <see cref="Xattrs"/>.
/// </remarks>
public sealed record TarEntry
{
    /// <summary>All bits of <see cref="Mode"/>: permissions, set-user-id, set-group-id, sticky.</summary>
    public const int ModeMask = 0xFFF;

    /// <summary>What the entry stands for.</summary>
    public required TarEntryType Type { get; init; }

    /// <summary>The path from the root, parts divided by "/", none of them empty, "." or ".."; empty for the root itself.</summary>
    public required string Path { get; init; }

    /// <summary>The lower twelve bits of the file mode.</summary>
    public int Mode { get; init; }

    /// <summary>The owner's number.</summary>
    public long Uid { get; init; }

    /// <summary>The group's number.</summary>
    public long Gid { get; init; }

    /// <summary>The bytes of a file's content, holes included; 0 for everything else.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The time of the last change in whole seconds since 1970, rounded down; may be negative.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>What is to be added to <see cref="ModifiedSeconds"/>: 0 to 999,999,999.</summary>
    public int ModifiedNanoseconds { get; init; }

    /// <summary>A hard link's target as <see cref="Path"/> is written, or a symbolic link's text as it is; otherwise empty.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>The extended attributes, file capabilities among them, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<byte>> Xattrs
    {
        get;
        init => field = value.WithComparers(StringComparer.Ordinal);
    } = NoXattrs;

    /// <summary>No extended attributes.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<byte>> NoXattrs { get; } =
        ImmutableSortedDictionary.Create<string, ImmutableArray<byte>>(StringComparer.Ordinal);
}
