using System.Collections.Immutable;
using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources;

/// <summary>
/// A directory of the user as a build context: without what its ignore file leaves out, owned by root whoever owns it, and without
/// attributes of this machine.
/// </summary>
/// <remarks>Thread-safe. A directory that is left out is not read, unless something below it is taken back in.</remarks>
internal sealed class ContextTree : IContextTree, IDisposable
{
    private const string Capability = "security.capability";

    private readonly DirectoryTree _directory;
    private readonly IgnoreMatcher _ignore;
    private readonly string? _store;

    /// <summary>Opens a context.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="ignore">What is left out.</param>
    /// <param name="storePath">The store, which is left out too: it changes while it is read.</param>
    /// <exception cref="Linux.Native.SystemCallException">The directory cannot be opened.</exception>
    public ContextTree(string path, IgnoreMatcher ignore, string storePath)
    {
        _directory = new DirectoryTree(path, OverlayMarks.Trusted);
        _ignore = ignore;
        _store = RealPath.FindBelow(storePath, path);
    }

    /// <inheritdoc/>
    public bool CanChange => true;

    /// <inheritdoc/>
    public IgnorePattern? FindIgnoringPattern(string path) =>
        path.Length > 0 && _directory.Find(path) is not null && _ignore.Judge(path) is { IsIgnored: true, DecidedBy: { } pattern } ? pattern : null;

    /// <inheritdoc/>
    public bool IsStore(string path) => _store is not null && (path == _store || path.StartsWith(_store + "/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public FileEntry? Find(string path) => _directory.Find(path) is { } entry && IsIncluded(entry) ? Show(entry) : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => _directory.Children(directory).Where(IsIncluded).Select(Show);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => _directory.Open(path);

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private bool IsIncluded(FileEntry entry)
    {
        if (entry.Kind == EntryKind.Whiteout)
            return false; // a device without a number is nothing that could be copied
        if (IsStore(entry.Path))
            return false;
        if (entry.Path.Length == 0 || !_ignore.IsIgnored(entry.Path))
            return true;
        return entry.IsDirectory && !_ignore.CanSkipDirectory(entry.Path) && _directory.Children(entry.Path).Any(IsIncluded);
    }

    private static FileEntry Show(FileEntry entry) => entry with
    {
        Uid = 0,
        Gid = 0,
        IsOpaque = false,
        Xattrs = entry.Xattrs.TryGetValue(Capability, out ImmutableArray<byte> value) ? FileEntry.NoXattrs.Add(Capability, value) : FileEntry.NoXattrs,
    };
}
