using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Compares the files of two images as a container would see them, whatever layers they come from.</summary>
/// <param name="decoders">How compressed layers are opened.</param>
/// <param name="ignored">What may differ.</param>
internal sealed class FileComparison(DecompressionOptions decoders, FileAspects ignored)
{
    private readonly Dictionary<FileFacts, string> _oldNames = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FileFacts, string> _newNames = new(ReferenceEqualityComparer.Instance);

    /// <summary>The names that differ, in ordinal order.</summary>
    public async Task<ImmutableArray<FileChange>> CompareAsync(Image old, Image @new, CancellationToken ct)
    {
        // What both stand on is read once. Only equal blobs count: a diff ID is what a configuration claims.
        int common = 0;
        while (common < old.Layers.Length && common < @new.Layers.Length && old.Layers[common].Blob.Digest == @new.Layers[common].Blob.Digest)
            common++;
        if (common == old.Layers.Length && common == @new.Layers.Length)
            return [];
        FileTree below = new(hidden: null);
        await ApplyAsync(old, 0, common, below, ct).ConfigureAwait(false);
        FileTree newTree = below.Clone();
        await Task.WhenAll(ApplyAsync(old, common, old.Layers.Length, below, ct), ApplyAsync(@new, common, @new.Layers.Length, newTree, ct)).ConfigureAwait(false);
        FindFirstNames(below, _oldNames);
        FindFirstNames(newTree, _newNames);
        ImmutableArray<FileChange>.Builder changes = ImmutableArray.CreateBuilder<FileChange>();
        if (Compare(below.Root, newTree.Root) is var root and not FileAspects.None)
            changes.Add(new FileChange("", FileChangeKind.Changed, root, below.Root.Facts, newTree.Root.Facts));
        Compare(below.Root, newTree.Root, "", changes);
        return changes.ToImmutable();
    }

    private async Task ApplyAsync(Image image, int from, int to, FileTree tree, CancellationToken ct)
    {
        for (int i = from; i < to; i++)
            await LayerReading.ApplyAsync(image.Layers[i], i, tree, decoders, ct).ConfigureAwait(false);
    }

    // Of files with several names, the first of them in order: that names the group.
    private static void FindFirstNames(FileTree tree, Dictionary<FileFacts, string> names)
    {
        foreach ((string path, FileNode node) in tree.Walk())
        {
            if (node.Facts.Type != TarEntryType.Directory)
                names.TryAdd(node.Facts, path);
        }
    }

    private void Compare(FileNode old, FileNode @new, string path, ImmutableArray<FileChange>.Builder changes)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        names.UnionWith(old.Children?.Keys ?? Enumerable.Empty<string>());
        names.UnionWith(@new.Children?.Keys ?? Enumerable.Empty<string>());
        foreach (string name in names)
        {
            string own = FileTree.Join(path, name);
            FileNode? before = old.Children?.GetValueOrDefault(name);
            FileNode? after = @new.Children?.GetValueOrDefault(name);
            if (before is not null && after is not null)
            {
                if (Compare(before, after, own) is var aspects and not FileAspects.None)
                    changes.Add(new FileChange(own, FileChangeKind.Changed, aspects, before.Facts, after.Facts));
                Compare(before, after, own, changes);
                continue;
            }
            AddAll(before ?? after!, own, before is null ? FileChangeKind.Added : FileChangeKind.Removed, changes); // one of the two is there
        }
    }

    private static void AddAll(FileNode node, string path, FileChangeKind kind, ImmutableArray<FileChange>.Builder changes)
    {
        bool isAdded = kind == FileChangeKind.Added;
        changes.Add(new FileChange(path, kind, FileAspects.None, isAdded ? null : node.Facts, isAdded ? node.Facts : null));
        foreach ((string name, FileNode child) in (node.Children ?? []).OrderBy(static c => c.Key, StringComparer.Ordinal))
            AddAll(child, FileTree.Join(path, name), kind, changes);
    }

    private FileAspects Compare(FileNode old, FileNode @new, string path)
    {
        if (ReferenceEquals(old.Facts, @new.Facts) && old.Facts.Type == TarEntryType.Directory)
            return FileAspects.None;
        FileAspects aspects = Compare(old, @new);
        if (old.Facts.Type != TarEntryType.Directory && @new.Facts.Type != TarEntryType.Directory && _oldNames.GetValueOrDefault(old.Facts, path) != _newNames.GetValueOrDefault(@new.Facts, path))
            aspects |= FileAspects.Links & ~ignored;
        return aspects;
    }

    private FileAspects Compare(FileNode old, FileNode @new)
    {
        FileFacts a = old.Facts;
        FileFacts b = @new.Facts;
        FileAspects found = FileAspects.None;
        if (a.Type != b.Type)
            found |= FileAspects.Type;
        if (a.Type == b.Type && !a.HasContentOf(b))
            found |= FileAspects.Content;
        // The mode of a symbolic link says nothing, and each tool writes another one.
        if (a.Mode != b.Mode && (a.Type != TarEntryType.SymbolicLink || b.Type != TarEntryType.SymbolicLink))
            found |= FileAspects.Mode;
        if (a.Uid != b.Uid || a.Gid != b.Gid)
            found |= FileAspects.Owner;
        // A directory that no layer names has no time.
        if ((a.ModifiedSeconds != b.ModifiedSeconds || a.ModifiedNanoseconds != b.ModifiedNanoseconds) && !old.IsImplied && !@new.IsImplied)
            found |= FileAspects.Time;
        if (a.Target != b.Target && a.Type == b.Type)
            found |= FileAspects.Target;
        if (a.Device != b.Device && a.Type == b.Type)
            found |= FileAspects.Device;
        if (!SameXattrs(a, b))
            found |= FileAspects.Xattr;
        return found & ~ignored;
    }

    private static bool SameXattrs(FileFacts a, FileFacts b)
    {
        if (a.Xattrs.Count != b.Xattrs.Count)
            return false;
        foreach ((string name, ImmutableArray<byte> value) in a.Xattrs)
        {
            if (!b.Xattrs.TryGetValue(name, out ImmutableArray<byte> other) || !value.AsSpan().SequenceEqual(other.AsSpan()))
                return false;
        }
        return true;
    }
}
