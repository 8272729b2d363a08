using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>An archive as a build context: with the owners that it says, as in BuildKit, and nothing left out.</summary>
/// <param name="archive">Its files.</param>
internal sealed class ArchiveContextTree(UnpackedArchive archive) : IContextTree
{
    /// <inheritdoc/>
    public bool CanChange => archive.CanChange;

    /// <inheritdoc/>
    public IgnorePattern? FindIgnoringPattern(string path) => null;

    /// <inheritdoc/>
    public bool IsStore(string path) => false;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => archive.Find(path);

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => archive.Children(directory);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => archive.Open(path);
}
