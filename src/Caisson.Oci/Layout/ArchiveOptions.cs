using Caisson.Oci.Tar;

namespace Caisson.Oci.Layout;

/// <summary>How an archive of images is read.</summary>
public sealed record ArchiveOptions
{
    /// <summary>What messages call an archive that is a file; null for its path.</summary>
    public string? Place { get; init; }

    /// <summary>
    /// A file to put the archive in when it cannot be read in place, because it is compressed or comes through a pipe. It must not exist,
    /// and is removed when the archive is disposed. Null: such archives are refused.
    /// </summary>
    public string? SpoolPath { get; init; }

    /// <summary>How a compressed archive is opened, and the most bytes that are put into the file at <see cref="SpoolPath"/>: 64 GiB.</summary>
    public DecompressionOptions Decompression { get; init; } = new() { MaxBytes = 64L << 30 };

    /// <summary>The most entries that an archive may have.</summary>
    public int MaxEntries { get; init; } = 100_000;
}
