using System.Collections.Immutable;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>A layer known by its list, without a directory of its own.</summary>
/// <param name="list">The list; disposed with this tree.</param>
/// <param name="roots">Where the bytes are; empty when only names will be looked at.</param>
public sealed class FileListTree(FileList list, ImmutableArray<ContentRoot> roots) : ILayerTree
{
    /// <inheritdoc/>
    public bool CanChange { get; } = roots.Any(static r => r.Tree.CanChange);

    /// <inheritdoc/>
    public FileEntry? Find(string path) => list.Find(path) is { } entry ? Show(entry) : null;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => list.Children(directory).Select(Show);

    /// <summary>Everything that the layer says, in the order of its list.</summary>
    public IEnumerable<FileEntry> Entries() => list.Entries().Select(Show);

    /// <inheritdoc/>
    public SafeFileHandle Open(string path)
    {
        ContentRoot root = RootOf(path) ?? throw new InvalidOperationException($"{path}: where the bytes of this layer are is not known");
        return root.Tree.Open(root.SourceOf(path));
    }

    /// <inheritdoc/>
    public bool IsKnownToHold(string path, SafeFileHandle file, Digest content) =>
        roots is [{ } only] ? only.Tree.IsKnownToHold(file, content) : RootOf(path)?.Tree.IsKnownToHold(file, content) == true;

    /// <inheritdoc/>
    public void Dispose() => list.Dispose();

    private ContentRoot? RootOf(string path) =>
        list.Find(path) is { } entry && entry.Origin != FileEntry.NoOrigin && entry.Origin <= roots.Length ? roots[entry.Origin - 1] : null;

    // Names of one file are all alike in a tree; which one a list calls the first is the list's own affair.
    private FileEntry Show(FileEntry entry) => entry switch
    {
        { Kind: EntryKind.HardLink, LinkTarget: { } first } when list.Find(first) is { } file =>
            file with { Path = entry.Path, LinkGroup = GroupOf(first), Origin = entry.Origin },
        { LinkGroup: not null } => entry with { LinkGroup = GroupOf(entry.Path) },
        _ => entry,
    };

    private string GroupOf(string first) => $"{list.Identity.Hex}:{first}";
}
