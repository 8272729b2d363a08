using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Reads what a step takes from its inputs, and hashes it.</summary>
/// <param name="work">For the lists, which are kept on disk.</param>
/// <param name="parallelism">How many files are read at once.</param>
internal sealed class Selector(WorkArea work, int parallelism)
{
    /// <summary>
    /// Whether files keep their times in the image. Then these are part of what a step takes, those of a build context too; otherwise they count nowhere, so that
    /// what came about at another time is the same.
    /// </summary>
    public bool KeepsTimes { get; init; }

    /// <summary>Reads one item with everything below it that the filter takes; null when there is nothing at the path.</summary>
    /// <param name="source">Where.</param>
    /// <param name="path">The path as it was asked for.</param>
    /// <param name="filter">What is taken when it is a directory; null for all.</param>
    /// <param name="takesLink">Whether a link at the end of the path is taken itself, and not followed.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<SelectedItem?> SelectAsync(SourceTree source, string path, PathFilter? filter, bool takesLink, CancellationToken ct)
    {
        string followed = TreePath.Resolve(source.Tree, path, followLast: !takesLink);
        if (source.Tree.Find(followed) is not { } top)
            return null;
        ItemWalk walk = new(source.Tree, followed, parallelism, hasTimes: !source.IsContext || KeepsTimes);
        return new SelectedItem(source, followed, EntryPath.Name(path), await ListAsync(source.Tree, walk.Entries(top, filter), followed, ct).ConfigureAwait(false));
    }

    /// <summary>Writes entries of a tree as a list, their files hashed.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="entries">The entries, in the order of a list.</param>
    /// <param name="path">The path in the tree that theirs are below.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<FileList> ListAsync(IFileTree tree, IEnumerable<FileEntry> entries, string path, CancellationToken ct)
    {
        string file = work.NewPath("selection");
        try
        {
            await WriteListAsync(tree, entries, path, file, ct).ConfigureAwait(false);
            return FileList.Open(file);
        }
        finally
        {
            File.Delete(file); // an open list needs no name
        }
    }

    private async Task WriteListAsync(IFileTree tree, IEnumerable<FileEntry> entries, string path, string file, CancellationToken ct)
    {
        using FileListWriter writer = new(file);
        await ContentHashing.HashAsync(entries, e => tree.Hash(EntryPath.Join(path, e.Path), ct), parallelism, writer.Add, ct).ConfigureAwait(false);
        writer.Complete();
    }
}
