using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>What one layer says, name by name: from its directory or from its list. Names that it does not say anything of are absent.</summary>
/// <remarks>Thread-safe. No path is followed through a symbolic link.</remarks>
public interface ILayerTree : IDisposable
{
    /// <summary>What the layer says of a path; null when nothing, or when a component on the way is no directory in this layer.</summary>
    FileEntry? Find(string path);

    /// <summary>What the layer says of the names in a directory, in ordinal order; none when it has no such directory.</summary>
    IEnumerable<FileEntry> Children(string directory);

    /// <summary>Opens a regular file of the layer.</summary>
    /// <exception cref="InvalidOperationException">The layer is known by its list only.</exception>
    SafeFileHandle Open(string path);

    /// <summary>Whether an open file of the layer is known to hold these bytes without being read (<see cref="IFileTree.IsKnownToHold"/>).</summary>
    bool IsKnownToHold(string path, SafeFileHandle file, Digest content) => !CanChange;

    /// <summary>Whether someone else may change files while they are being read.</summary>
    bool CanChange { get; }
}
