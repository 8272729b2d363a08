using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources;

/// <summary>
/// A directory of the user as a build context: without what its ignore file leaves out, owned by root whoever owns it, and without
/// attributes of this machine.
/// </summary>
/// <remarks>Thread-safe. Of what is left out nothing but its name is read, unless something below it is taken back in.</remarks>
internal sealed class ContextTree : IContextTree, IDisposable
{
    private readonly HostTree _directory;
    private readonly IgnoreMatcher _ignore;
    private readonly StatCaches.Lease? _known;
    private readonly string? _store;

    /// <summary>Opens a context.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="ignore">What is left out.</param>
    /// <param name="storePath">The store, which is left out too: it changes while it is read.</param>
    /// <param name="caches">Remembers what files held; null where that does not matter.</param>
    /// <exception cref="Linux.Native.SystemCallException">The directory cannot be opened.</exception>
    public ContextTree(string path, IgnoreMatcher ignore, string storePath, StatCaches? caches)
    {
        _known = caches?.Open(path);
        _directory = new HostTree(path, _known?.Cache, caches?.Time ?? TimeProvider.System);
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
    public FileEntry? Find(string path) => _directory.Find(path) is { } entry && IsIncluded(entry) ? entry : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory)
    {
        List<FileEntry> children = _directory.Children(directory, NamesIn(directory));
        if (_store is not null || _ignore.HasExceptions)
            children.RemoveAll(entry => !IsIncluded(entry));
        return children;
    }

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => _directory.Open(path);

    /// <inheritdoc/>
    public (Digest Content, long SizeBytes) Hash(string path, CancellationToken ct) => _directory.Hash(path, ct);

    /// <inheritdoc/>
    public bool IsKnownToHold(SafeFileHandle file, Digest content) => _directory.IsKnownToHold(file, content);

    /// <summary>Takes note of what was written to a file of it by the one who alone writes there.</summary>
    public void Remember(FileStatus status, Digest content) => _directory.Remember(status, content);

    /// <inheritdoc/>
    public void Dispose()
    {
        _directory.Dispose();
        _known?.Dispose();
    }

    // Where nothing is taken back in, a name decides.
    private Predicate<string>? NamesIn(string directory)
    {
        if (_ignore.HasExceptions || _ignore.Patterns.IsEmpty)
            return null;
        IgnoreDirectory place = _ignore.Root;
        foreach (string name in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
            place = place.Enter(name);
        return name => !place.Judge(name).IsIgnored;
    }

    private bool IsIncluded(FileEntry entry)
    {
        if (IsStore(entry.Path))
            return false;
        if (entry.Path.Length == 0 || !_ignore.IsIgnored(entry.Path))
            return true;
        return entry.IsDirectory && !_ignore.CanSkipDirectory(entry.Path) && _directory.Children(entry.Path).Exists(IsIncluded);
    }
}
