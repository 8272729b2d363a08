using System.Collections.Immutable;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Vendoring;

/// <summary>
/// Finds out which files of a build context the steps of a build use, wherever they were copied to: a file that was opened is known by what it holds. Where it is in doubt, a file counts as
/// used; of files that hold the same, all do.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ContextUse : IFileUse
{
    private readonly Lock _changing = new();
    private readonly ImmutableArray<string> _files;
    private readonly ILookup<Digest, string> _byContent;
    private readonly HashSet<long> _sizes;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Begins with nothing used.</summary>
    /// <param name="files">The files of the context.</param>
    public ContextUse(IEnumerable<(string Path, Digest Content, long SizeBytes)> files)
    {
        ImmutableArray<(string Path, Digest Content, long SizeBytes)> all = [.. files];
        _files = [.. all.Select(static f => f.Path).Order(StringComparer.Ordinal)];
        _byContent = all.ToLookup(static f => f.Content, static f => f.Path);
        _sizes = [.. all.Select(static f => f.SizeBytes)];
    }

    /// <summary>Whether something was missed, so that a file that was not seen to be used may have been.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>The files that no step used, in ordinal order.</summary>
    public IEnumerable<string> Unused
    {
        get
        {
            lock (_changing)
                return [.. _files.Where(f => !_used.Contains(f))];
        }
    }

    /// <inheritdoc/>
    public void Ran(IFileTree before, IFileTree after, FileOpens opens)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (string path in opens.Opened.Union(opens.Read))
        {
            AddAt(before, path, used);
            if (before.Find(path) is null)
                AddAt(after, path, used); // moved or copied by the program itself
        }
        lock (_changing)
        {
            IsUncertain |= !opens.IsComplete;
            _used.UnionWith(used);
        }
    }

    /// <inheritdoc/>
    public void Took(IFileTree from, string path)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        AddBelow(from, path, used);
        lock (_changing)
            _used.UnionWith(used);
    }

    /// <inheritdoc/>
    public void Shipped(IEnumerable<string> files)
    {
        lock (_changing)
            _used.UnionWith(files);
    }

    private void AddBelow(IFileTree tree, string path, HashSet<string> used)
    {
        AddAt(tree, path, used);
        if (tree.Find(path) is not { IsDirectory: true })
            return;
        foreach (FileEntry child in tree.Children(path))
            AddBelow(tree, child.Path, used);
    }

    // Only what has the size of a file of the context is read.
    private void AddAt(IFileTree tree, string path, HashSet<string> used)
    {
        if (tree.Find(path) is { Kind: EntryKind.File or EntryKind.HardLink } entry && (entry.Kind == EntryKind.HardLink || _sizes.Contains(entry.SizeBytes)))
            used.UnionWith(_byContent[tree.Hash(path, CancellationToken.None).Content]);
    }
}
