using System.Collections.Concurrent;
using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>A build context that remembers the links that paths led through: whoever takes the same files from a copy needs those too.</summary>
/// <param name="inner">The context.</param>
internal sealed class WatchedContext(IFileTree inner) : IContextTree, IDisposable
{
    private readonly ConcurrentDictionary<string, FileEntry> _links = new(StringComparer.Ordinal);

    /// <summary>The links, in the order of their paths.</summary>
    public IEnumerable<FileEntry> Links => _links.Values.OrderBy(static l => l.Path, StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool CanChange => inner.CanChange;

    /// <inheritdoc/>
    public IgnorePattern? FindIgnoringPattern(string path) => (inner as IContextTree)?.FindIgnoringPattern(path);

    /// <inheritdoc/>
    public bool IsStore(string path) => inner is IContextTree context && context.IsStore(path);

    /// <inheritdoc/>
    public FileEntry? Find(string path)
    {
        FileEntry? found = inner.Find(path);
        if (found is { Kind: EntryKind.SymbolicLink })
            _links[path] = found;
        return found;
    }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => inner.Children(directory);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => inner.Open(path);

    /// <inheritdoc/>
    public (Digest Content, long SizeBytes) Hash(string path, CancellationToken ct) => inner.Hash(path, ct);

    /// <inheritdoc/>
    public bool IsKnownToHold(SafeFileHandle file, Digest content) => inner.IsKnownToHold(file, content);

    /// <inheritdoc/>
    public void Dispose() => (inner as IDisposable)?.Dispose();
}
