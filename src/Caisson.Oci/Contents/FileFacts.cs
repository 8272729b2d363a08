using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>What an image says of one file: all but its names. Two names of one file share one object.</summary>
public sealed class FileFacts
{
    private readonly byte[]? _hash;

    internal FileFacts(TarEntry entry, byte[]? hash, int layer)
    {
        _hash = hash;
        Layer = layer;
        Type = entry.Type;
        Mode = entry.Mode;
        Uid = entry.Uid;
        Gid = entry.Gid;
        SizeBytes = entry.Type == TarEntryType.File ? entry.SizeBytes : 0;
        ModifiedSeconds = entry.ModifiedSeconds;
        ModifiedNanoseconds = entry.ModifiedNanoseconds;
        Target = entry.Type == TarEntryType.SymbolicLink ? entry.LinkTarget : null;
        Device = entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? $"{entry.DeviceMajor},{entry.DeviceMinor}" : null;
        Xattrs = entry.Xattrs;
    }

    /// <summary>What it is; never a hard link.</summary>
    public TarEntryType Type { get; }

    /// <summary>The lower twelve bits of the file mode.</summary>
    public int Mode { get; }

    /// <summary>The owner's number.</summary>
    public long Uid { get; }

    /// <summary>The group's number.</summary>
    public long Gid { get; }

    /// <summary>The bytes of a regular file.</summary>
    public long SizeBytes { get; }

    /// <summary>The time of the last change in whole seconds since 1970.</summary>
    public long ModifiedSeconds { get; }

    /// <summary>What is to be added to <see cref="ModifiedSeconds"/>.</summary>
    public int ModifiedNanoseconds { get; }

    /// <summary>The text of a symbolic link.</summary>
    public string? Target { get; }

    /// <summary>A device's numbers, <c>major,minor</c>.</summary>
    public string? Device { get; }

    /// <summary>The extended attributes.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<byte>> Xattrs { get; }

    /// <summary>The number of the layer that wrote it, from 0.</summary>
    public int Layer { get; }

    /// <summary>The digest of a regular file's content; null of everything else.</summary>
    public Digest? Content => _hash is null ? null : Digest.FromSha256(_hash);

    /// <summary>How many names it has while a tree is put together.</summary>
    internal int Names { get; set; }

    /// <summary>Whether the content is the same; of what has none, always.</summary>
    internal bool HasContentOf(FileFacts other) => _hash.AsSpan().SequenceEqual(other._hash);
}
