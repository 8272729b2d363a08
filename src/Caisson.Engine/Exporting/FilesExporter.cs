using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Exporting;

/// <summary>Writes the files of a result, without making an image of them.</summary>
/// <param name="tree">The files.</param>
/// <param name="form">The times that they carry.</param>
internal sealed class FilesExporter(MergedTree tree, BlobForm form)
{
    private const int OwnDirectory = 0x1C0; // 0700

    private readonly Dictionary<string, string> _firstNames = new(StringComparer.Ordinal);

    /// <summary>Writes one tar file.</summary>
    public Task WriteTarAsync(Stream output, CancellationToken ct) =>
        LayerTar.WriteAsync(new LayerContent(Walk(""), entry => tree.Open(entry.Path), tree.CanChange), form, output, ct);

    /// <summary>Writes into a directory. What is there stays, except files of the same path; everything belongs to whoever builds.</summary>
    /// <exception cref="IOException">A file cannot be written, or a directory of the user stands where a file is to go.</exception>
    public void WriteDirectory(string path, CancellationToken ct)
    {
        using DirectoryHandle target = DirectoryHandle.Open(Directory.CreateDirectory(path).FullName);
        List<FileEntry> directories = [];
        foreach (FileEntry entry in Walk(""))
        {
            ct.ThrowIfCancellationRequested();
            using DirectoryHandle parent = target.OpenDirectory(EntryPath.Parent(entry.Path));
            string name = EntryPath.Name(entry.Path);
            if (entry.IsDirectory)
            {
                MakeDirectory(parent, name, entry);
                directories.Add(entry);
                continue;
            }
            MakeRoom(parent, name, entry.Path);
            Write(entry, parent, target, ct);
        }
        // What is written into a directory changes its time, and its mode may be one that nothing can be written with, except by root.
        foreach (FileEntry directory in Enumerable.Reverse(directories))
        {
            using DirectoryHandle parent = target.OpenDirectory(EntryPath.Parent(directory.Path));
            parent.SetMode(EntryPath.Name(directory.Path), directory.Mode);
            parent.SetModified(EntryPath.Name(directory.Path), form.TimeOf(directory.Modified));
        }
    }

    private void Write(FileEntry entry, DirectoryHandle parent, DirectoryHandle target, CancellationToken ct)
    {
        string name = EntryPath.Name(entry.Path);
        switch (entry.Kind)
        {
            case EntryKind.HardLink when entry.LinkTarget is { } first:
                using (DirectoryHandle firstParent = target.OpenDirectory(EntryPath.Parent(first)))
                    parent.CreateHardLink(name, firstParent, EntryPath.Name(first));
                return;
            case EntryKind.SymbolicLink when entry.LinkTarget is { } linkTarget:
                parent.CreateSymbolicLink(name, linkTarget);
                break;
            case EntryKind.File:
                using (SafeFileHandle from = tree.Open(entry.Path))
                using (SafeFileHandle to = parent.CreateFile(name, entry.Mode))
                    FileContent.Copy(from, to, entry.SizeBytes, ct);
                parent.SetMode(name, entry.Mode);
                break;
            case EntryKind.Fifo:
                parent.CreateNode(name, FileKind.Fifo, entry.Mode, 0, 0);
                break;
            default:
                return; // devices are nothing for a directory of the user
        }
        parent.SetModified(name, form.TimeOf(entry.Modified));
    }

    private static void MakeDirectory(DirectoryHandle parent, string name, FileEntry entry)
    {
        FileStatus? existing = parent.TryStatus(name);
        if (existing is { IsDirectory: false })
            throw new IOException($"\"{entry.Path}\" exists there and is no directory");
        if (existing is null)
            parent.CreateDirectory(name, entry.Mode | OwnDirectory);
        else
            parent.SetMode(name, entry.Mode | OwnDirectory);
    }

    private static void MakeRoom(DirectoryHandle parent, string name, string path)
    {
        if (parent.TryStatus(name) is not { } existing)
            return;
        if (existing.IsDirectory)
            throw new IOException($"\"{path}\" is a directory there and is not replaced by a file");
        parent.RemoveFile(name);
    }

    // All entries but the root, further names of one file as hard links. How layers hide and imply things is nothing for whoever reads the result.
    private IEnumerable<FileEntry> Walk(string directory)
    {
        foreach (FileEntry child in tree.Children(directory).Select(static c => c with { IsOpaque = false, IsImplied = false }))
        {
            yield return child.LinkGroup is { } group && !_firstNames.TryAdd(group, child.Path)
                ? child with { Kind = EntryKind.HardLink, LinkTarget = _firstNames[group], SizeBytes = 0 }
                : child;
            if (!child.IsDirectory)
                continue;
            foreach (FileEntry below in Walk(child.Path))
                yield return below;
        }
    }
}
