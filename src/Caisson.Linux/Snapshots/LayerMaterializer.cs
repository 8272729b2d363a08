using System.Collections.Immutable;
using Caisson.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>Makes the directory of a layer that so far is a list and the places where its bytes are.</summary>
public static class LayerMaterializer
{
    /// <summary>Fills an empty directory.</summary>
    /// <param name="list">What the layer holds.</param>
    /// <param name="roots">Where the bytes are: <see cref="FileEntry.Origin"/> counts through this, from 1.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="marks">The marks that overlay wants in it.</param>
    /// <param name="ct">Stops the copying.</param>
    /// <exception cref="ContentChangedException">A file is no longer the one in the list.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static async Task WriteAsync(FileList list, ImmutableArray<ContentRoot> roots, string directory, OverlayMarks marks, CancellationToken ct)
    {
        await Task.Run(() => WriteAllAsync(list, roots, directory, marks, ct), ct).ConfigureAwait(false);
    }

    private static async Task WriteAllAsync(FileList list, ImmutableArray<ContentRoot> roots, string directory, OverlayMarks marks, CancellationToken ct)
    {
        using LayerDirectoryWriter writer = new(directory, marks);
        foreach (FileEntry entry in list.Entries())
        {
            ct.ThrowIfCancellationRequested();
            ContentRoot? root = entry.Origin == FileEntry.NoOrigin ? null : roots[entry.Origin - 1];
            FileEntry timed = WithSourceTime(entry, root);
            if (entry.Kind == EntryKind.File)
                await writer.AddFileAsync(timed, file => Copy(entry, root, file, ct)).ConfigureAwait(false);
            else if (entry.Kind == EntryKind.HardLink)
                writer.TryAddHardLink(entry.Path, entry.LinkTarget ?? "");
            else
                writer.Add(timed);
        }
        writer.Complete();
    }

    private static Task Copy(FileEntry entry, ContentRoot? root, SafeFileHandle to, CancellationToken ct)
    {
        if (root is null)
            throw new InvalidDataException($"{entry.Path}: the list does not say where its bytes are");
        string source = root.SourceOf(entry.Path);
        using SafeFileHandle from = root.Tree.Open(source);
        bool isKnown = entry.Content is { } content && root.Tree.IsKnownToHold(from, content);
        if (root.Tree.CanChange && !isKnown)
        {
            if (FileContent.CopyAndHash(from, to, ct) != entry.Content)
                throw new ContentChangedException(source);
        }
        else
        {
            FileContent.Copy(from, to, entry.SizeBytes, ct);
            if (root.Tree.CanChange && !root.Tree.IsKnownToHold(from, entry.Content!)) // it was known a moment ago, by its content
                throw new ContentChangedException(source);
        }
        return Task.CompletedTask;
    }

    // Programs of a step see the file's own time; only the image has the build's.
    private static FileEntry WithSourceTime(FileEntry entry, ContentRoot? root) =>
        entry.Modified is null && root?.Tree.Find(root.SourceOf(entry.Path)) is { } source ? entry with { Modified = source.TimeOnDisk ?? source.Modified } : entry;
}
