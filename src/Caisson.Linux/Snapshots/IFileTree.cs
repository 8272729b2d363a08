using Caisson.Linux.Files;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>A tree of files to look at: a file system state with its layers merged, or a build context. Symbolic links are shown, not followed.</summary>
/// <remarks>Thread-safe. Paths are those of <see cref="EntryPath"/>. None of the entries is a whiteout; content digests are there where they are known anyway.</remarks>
public interface IFileTree
{
    /// <summary>Whether someone else may change files while they are being read: their bytes are then compared with digests taken earlier.</summary>
    bool CanChange { get; }

    /// <summary>The entry of a path; null when there is none. The root always exists.</summary>
    FileEntry? Find(string path);

    /// <summary>The entries of the names in a directory, in ordinal order; none when there is no such directory.</summary>
    IEnumerable<FileEntry> Children(string directory);

    /// <summary>Opens a regular file.</summary>
    /// <exception cref="Native.SystemCallException">It cannot be opened.</exception>
    SafeFileHandle Open(string path);

    /// <summary>
    /// Whether an open file of the tree is known to hold these bytes without being read: because nobody may change it, or by its status. When it is so both before
    /// and after a reading, the reading gave these bytes.
    /// </summary>
    bool IsKnownToHold(SafeFileHandle file, Digest content) => !CanChange;

    /// <summary>Reads a regular file for its digest, and for how long it was when it was read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    (Digest Content, long SizeBytes) Hash(string path, CancellationToken ct)
    {
        using SafeFileHandle file = Open(path);
        return FileContent.Hash(file, ct);
    }
}
