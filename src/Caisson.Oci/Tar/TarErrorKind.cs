namespace Caisson.Oci.Tar;

/// <summary>Why an archive was refused.</summary>
public enum TarErrorKind
{
    /// <summary>The archive is broken: a wrong checksum, a number that is none, a header that contradicts itself.</summary>
    Malformed,

    /// <summary>The archive ends inside an entry.</summary>
    Truncated,

    /// <summary>An entry's path or hard link target leads, or could lead, out of the root.</summary>
    UnsafePath,

    /// <summary>The archive goes beyond a limit of <see cref="TarReaderOptions"/>.</summary>
    LimitExceeded,

    /// <summary>The archive is sound, and an entry has a kind that no image can hold.</summary>
    Unsupported,
}
