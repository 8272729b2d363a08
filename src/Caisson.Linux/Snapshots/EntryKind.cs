namespace Caisson.Linux.Snapshots;

/// <summary>What an entry of a layer does to the name it stands at.</summary>
public enum EntryKind
{
    /// <summary>A directory; the directory of the layers below stays visible under it, unless it is opaque.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>One more name of a regular file that stands earlier in the same list.</summary>
    HardLink,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>Removes the name that the layers below have.</summary>
    Whiteout,
}
