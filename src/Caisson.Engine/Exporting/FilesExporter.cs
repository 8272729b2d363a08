using System.Runtime.CompilerServices;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Exporting;

/// <summary>Writes the files of a result, without making an image of them.</summary>
/// <param name="files">The files.</param>
internal sealed class FilesExporter(ExportedFiles files)
{
    private const int OwnDirectory = 0x1C0; // 0700

    // Entries have the times that they carry already.
    private static readonly BlobForm AsTheyAre = new(LayerCompression.Default, default) { KeepsTimes = true };

    /// <summary>Writes one tar file.</summary>
    public async Task WriteTarAsync(Stream output, CancellationToken ct)
    {
        TarWriter tar = new(output, options: null, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = tar.ConfigureAwait(false);
        await LayerTar.WriteAsync(new LayerContent(files.Entries(), entry => files.Open(entry.Path), files.CanChange), AsTheyAre, tar, ct).ConfigureAwait(false);
        await tar.CompleteAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes into a directory; everything belongs to whoever builds. What is there stays, except files of the same path.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="removesOthers">Whether what is there and no part of the result is removed, once the result is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">A file cannot be written, or a directory of the user stands where a file is to go.</exception>
    public void WriteDirectory(string path, bool removesOthers, CancellationToken ct)
    {
        using DirectoryHandle target = DirectoryHandle.Open(Directory.CreateDirectory(path).FullName);
        List<FileEntry> directories = [];
        HashSet<string>? written = removesOthers ? new(StringComparer.Ordinal) : null;
        foreach (FileEntry entry in files.Entries())
        {
            ct.ThrowIfCancellationRequested();
            written?.Add(entry.Path);
            using DirectoryHandle parent = target.OpenDirectory(EntryPath.Parent(entry.Path));
            string name = EntryPath.Name(entry.Path);
            if (entry.IsDirectory)
            {
                if (removesOthers)
                    RemoveFile(parent, name);
                MakeDirectory(parent, name, entry);
                directories.Add(entry);
                continue;
            }
            if (removesOthers && parent.TryStatus(name) is { IsDirectory: true })
                DirectoryRemoval.Remove(parent, name);
            MakeRoom(parent, name, entry.Path);
            Write(entry, parent, target, ct);
        }
        if (written is not null)
            RemoveOthers(target, "", written, ct);
        // What is written into a directory changes its time, and its mode may be one that nothing can be written with, except by root.
        foreach (FileEntry directory in Enumerable.Reverse(directories))
        {
            using DirectoryHandle parent = target.OpenDirectory(EntryPath.Parent(directory.Path));
            parent.SetMode(EntryPath.Name(directory.Path), directory.Mode);
            parent.SetModified(EntryPath.Name(directory.Path), directory.Modified ?? default);
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
                using (SafeFileHandle from = files.Open(entry.Path))
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
        parent.SetModified(name, entry.Modified ?? default);
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

    private static void RemoveFile(DirectoryHandle parent, string name)
    {
        if (parent.TryStatus(name) is { IsDirectory: false })
            parent.RemoveFile(name);
    }

    // No link is followed: what is behind one is none of the directory's.
    private static void RemoveOthers(DirectoryHandle directory, string path, HashSet<string> written, CancellationToken ct)
    {
        foreach (string name in directory.List())
        {
            ct.ThrowIfCancellationRequested();
            string child = path.Length == 0 ? name : $"{path}/{name}";
            bool isDirectory = directory.Status(name).IsDirectory;
            if (written.Contains(child))
            {
                if (!isDirectory)
                    continue;
                using DirectoryHandle below = directory.OpenDirectory(name);
                RemoveOthers(below, child, written, ct);
            }
            else if (isDirectory)
            {
                DirectoryRemoval.Remove(directory, name);
            }
            else
            {
                directory.RemoveFile(name);
            }
        }
    }
}
