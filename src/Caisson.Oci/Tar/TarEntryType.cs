namespace Caisson.Oci.Tar;

/// <summary>What an entry of a tar archive stands for.</summary>
/// <remarks>POSIX.1-2017, pax, "ustar Interchange Format", typeflag.</remarks>
public enum TarEntryType
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>Another name of a file; <see cref="TarEntry.LinkTarget"/> is its path from the root.</summary>
    HardLink,

    /// <summary>A symbolic link; <see cref="TarEntry.LinkTarget"/> is its text.</summary>
    SymbolicLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A named pipe.</summary>
    Fifo,
}
