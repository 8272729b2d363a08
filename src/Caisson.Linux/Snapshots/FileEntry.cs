using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>One name in a layer: everything that an image can hold of a file but its bytes.</summary>
public sealed record FileEntry
{
    /// <summary>The value of <see cref="Origin"/> for an entry that comes from nowhere: the build made it.</summary>
    public const int NoOrigin = 0;

    /// <summary>No extended attributes.</summary>
    public static readonly ImmutableSortedDictionary<string, ImmutableArray<byte>> NoXattrs =
        ImmutableSortedDictionary.Create<string, ImmutableArray<byte>>(StringComparer.Ordinal);

    /// <summary>The path from the root, <c>/</c>-separated, without a leading or trailing one; empty for the root itself.</summary>
    public required string Path { get; init; }

    /// <summary>What the entry does.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Permission bits, set-id and sticky bits included (12 bits).</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Group.</summary>
    public uint Gid { get; init; }

    /// <summary>Length of a regular file in bytes; 0 for everything else.</summary>
    public long SizeBytes { get; init; }

    /// <summary>
    /// Time of the last change. Null for what came from a build context or was made by the build itself: such an entry carries the time
    /// of the image, and its own time is no part of what it is.
    /// </summary>
    public FileTime? Modified { get; init; }

    /// <summary>
    /// The time that programs see, where the entry stands in a directory; null where it is known from a list. No part of what the entry is: it differs from
    /// <see cref="Modified"/> where that is the time of the image.
    /// </summary>
    public FileTime? TimeOnDisk { get; init; }

    /// <summary>Target of a symbolic link, as it is; path of the first name for a hard link. Null for everything else.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Major number of a device.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>Minor number of a device.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes by name.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<byte>> Xattrs { get; init; } = NoXattrs;

    /// <summary>For a directory: nothing of the layers below is visible under it.</summary>
    public bool IsOpaque { get; init; }

    /// <summary>For a directory: the layer only needs it to hold other entries and says nothing of it; owner and mode are those below.</summary>
    public bool IsImplied { get; init; }

    /// <summary>Digest of a regular file's bytes; null when nobody needed it yet.</summary>
    public Digest? Content { get; init; }

    /// <summary>Which of the layer's <see cref="ContentRoot"/>s the entry comes from while the layer is being made, counted from 1.</summary>
    public int Origin { get; init; }

    /// <summary>For a regular file with several names: what these have in common, within the tree that the entry comes from. Null for a file with one name.</summary>
    public string? LinkGroup { get; init; }

    /// <summary>Whether this is a directory.</summary>
    public bool IsDirectory => Kind == EntryKind.Directory;

    /// <summary>Whether kind, mode, owner, target, device numbers and extended attributes are those of another entry: all but content and times.</summary>
    public bool HasAttributesOf(FileEntry other) =>
        Kind == other.Kind
        && Mode == other.Mode
        && Uid == other.Uid
        && Gid == other.Gid
        && LinkTarget == other.LinkTarget
        && DeviceMajor == other.DeviceMajor
        && DeviceMinor == other.DeviceMinor
        && Xattrs.Count == other.Xattrs.Count
        && Xattrs.All(pair => other.Xattrs.TryGetValue(pair.Key, out ImmutableArray<byte> value) && pair.Value.AsSpan().SequenceEqual(value.AsSpan()));
}
