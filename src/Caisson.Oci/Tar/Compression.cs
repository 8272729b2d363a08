namespace Caisson.Oci.Tar;

/// <summary>How an archive is compressed: a layer's blob, or one that a build unpacks.</summary>
public enum Compression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip, RFC 1952.</summary>
    Gzip,

    /// <summary>Zstandard, RFC 8878.</summary>
    Zstd,

    /// <summary>bzip2; no layer is.</summary>
    Bzip2,

    /// <summary>xz; no layer is.</summary>
    Xz,
}
