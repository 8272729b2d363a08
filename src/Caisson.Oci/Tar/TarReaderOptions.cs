namespace Caisson.Oci.Tar;

/// <summary>What <see cref="TarReader"/> takes, for archives come from strangers. Every limit is inclusive.</summary>
/// <remarks>
/// The defaults are beyond what images in the wild hold and within what a machine bears. Nothing is held in memory but one
/// entry's headers, so the product of limits costs nothing.
/// </remarks>
public sealed record TarReaderOptions
{
    /// <summary>The defaults: absolute paths are refused.</summary>
    public static TarReaderOptions Default { get; } = new();

    /// <summary>
    /// For image layers: absolute paths are taken from the root, as Docker and containerd do.
    /// Layers by kaniko, Bazel and hand-made ones have them.
    /// </summary>
    public static TarReaderOptions Layer { get; } = new() { StripLeadingSlashes = true };

    /// <summary>
    /// For archives that a build unpacks: as <see cref="Layer"/>, with limits on what a few bytes can be blown up to; ".." is worked out where it stays
    /// inside, and what follows the archive's end is left unread, both as Docker has it.
    /// </summary>
    public static TarReaderOptions Source { get; } = Layer with
    {
        WorksOutParents = true,
        ReadsToEnd = false,
        TakesMissingPadding = true, // what "docker build -f -" sends ends so
        MaxArchiveBytes = 1L << 38,
        MaxEntries = 4_000_000,
        MaxFileBytes = 1L << 36,
        MaxTotalFileBytes = 1L << 37,
    };

    /// <summary>
    /// Whether "/etc/passwd" is read as "etc/passwd", in paths and hard link targets, instead of being refused. Off by
    /// default, so that a caller who joins paths gets no surprise.
    /// </summary>
    public bool StripLeadingSlashes { get; init; }

    /// <summary>Whether ".." is worked out where it leads to no place above the root, instead of being refused. Off by default: no layer has it.</summary>
    public bool WorksOutParents { get; init; }

    /// <summary>Whether a stream that cannot seek is read out behind the archive's end, so that a digest or a checksum over it is checked.</summary>
    public bool ReadsToEnd { get; init; } = true;

    /// <summary>
    /// Whether the two blocks of zeros at the end must be there. Off by default: Go, GNU tar and bsdtar read archives without
    /// them, and a layer's digest tells whether it is whole.
    /// </summary>
    public bool RequireEndMarker { get; init; }

    /// <summary>Whether an archive may end with the content of its last file, without what fills up the block, as Go reads it. Off by default.</summary>
    public bool TakesMissingPadding { get; init; }

    /// <summary>The most bytes of the archive itself, from its beginning to what follows its end.</summary>
    public long MaxArchiveBytes { get; init; } = 1L << 40;

    /// <summary>The most entries.</summary>
    public long MaxEntries { get; init; } = 16_000_000;

    /// <summary>The most bytes of one PAX, GNU long name or GNU long link header.</summary>
    public int MaxHeaderBytes { get; init; } = 1024 * 1024;

    /// <summary>The most PAX and GNU headers in a row before one entry.</summary>
    public int MaxHeadersPerEntry { get; init; } = 32;

    /// <summary>The most bytes of a path; Linux opens none longer than 4095.</summary>
    public int MaxPathBytes { get; init; } = 4095;

    /// <summary>The most parts of a path.</summary>
    public int MaxPathDepth { get; init; } = 512;

    /// <summary>The most bytes of a symbolic link's text; Linux makes none longer than 4095.</summary>
    public int MaxLinkTextBytes { get; init; } = 4095;

    /// <summary>The most bytes of all extended attributes of an entry, names included.</summary>
    public int MaxXattrBytes { get; init; } = 512 * 1024;

    /// <summary>The most data segments of a sparse file.</summary>
    public int MaxSparseSegments { get; init; } = 256 * 1024;

    /// <summary>The most bytes of one file, holes included.</summary>
    public long MaxFileBytes { get; init; } = 1L << 40;

    /// <summary>The most bytes of all files, holes included.</summary>
    public long MaxTotalFileBytes { get; init; } = 1L << 42;
}
