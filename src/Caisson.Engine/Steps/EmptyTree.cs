using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>A tree with nothing in it but its root.</summary>
internal sealed class EmptyTree : IFileTree
{
    /// <summary>The one there needs to be.</summary>
    public static EmptyTree Instance { get; } = new();

    /// <inheritdoc/>
    public bool CanChange => false;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => path.Length == 0 ? new FileEntry { Path = "", Kind = EntryKind.Directory, Mode = 0x1ED } : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => [];

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => throw new SystemCallException("open", Errno.ENOENT, path);
}
