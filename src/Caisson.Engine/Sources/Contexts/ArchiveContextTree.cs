using System.Collections.Immutable;
using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>An archive as a build context: with the owners that it says, as in BuildKit, or with none, and nothing left out but what is named.</summary>
/// <param name="archive">Its files.</param>
/// <param name="hidden">Files that are left out, each with the pattern that says so.</param>
internal sealed class ArchiveContextTree(UnpackedArchive archive, IReadOnlyDictionary<string, IgnorePattern> hidden) : IContextTree
{
    /// <summary>All of its files.</summary>
    public ArchiveContextTree(UnpackedArchive archive)
        : this(archive, ImmutableDictionary<string, IgnorePattern>.Empty)
    {
    }

    /// <summary>Whether its files are root's, whoever owns them in the archive.</summary>
    public bool IsOwnedByRoot { get; init; }

    /// <inheritdoc/>
    public bool CanChange => archive.CanChange;

    /// <inheritdoc/>
    public IgnorePattern? FindIgnoringPattern(string path) => hidden.GetValueOrDefault(path);

    /// <inheritdoc/>
    public bool IsStore(string path) => false;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => hidden.ContainsKey(path) || archive.Find(path) is not { } entry ? null : Shown(entry);

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => archive.Children(directory).Where(e => !hidden.ContainsKey(e.Path)).Select(Shown);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => archive.Open(path);

    private FileEntry Shown(FileEntry entry) => IsOwnedByRoot ? entry with { Uid = 0, Gid = 0 } : entry;
}
