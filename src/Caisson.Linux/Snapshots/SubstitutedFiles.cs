using System.Collections.Immutable;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// Files of a root that show more than they hold while a program runs: a layer of its own on top of those of the root. Programs may replace such a file, as none that is mounted over
/// can be, and what they make of it is theirs; what was added is taken out of it afterwards.
/// </summary>
public sealed class SubstitutedFiles
{
    // What a program made of a list of authorities is small; whatever else it put there is its own.
    private const long MaxBytes = 64 << 20;

    private readonly ImmutableArray<(FileEntry Entry, byte[] Content)> _originals;
    private readonly byte[] _addition;

    private SubstitutedFiles(string directory, ImmutableArray<(FileEntry Entry, byte[] Content)> originals, byte[] addition)
    {
        DirectoryPath = directory;
        _originals = originals;
        _addition = addition;
    }

    /// <summary>The layer's directory, for the top of the stack.</summary>
    public string DirectoryPath { get; }

    /// <summary>Makes the layer.</summary>
    /// <param name="directory">An existing, empty directory, for nothing else.</param>
    /// <param name="root">The root.</param>
    /// <param name="files">The regular files of the root whose end is to show more, with what they hold.</param>
    /// <param name="addition">What it shows.</param>
    /// <param name="marks">The marks in the directories of layers.</param>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static async Task<SubstitutedFiles> MakeAsync(string directory, IFileTree root, ImmutableArray<(FileEntry Entry, byte[] Content)> files, byte[] addition, OverlayMarks marks)
    {
        using LayerDirectoryWriter writer = new(directory, marks);
        foreach ((FileEntry entry, byte[] content) in files)
        {
            foreach (string parent in EntryPath.Ancestors(entry.Path))
                writer.Add(AsShown(root.Find(parent)!)); // it holds a file
            await writer.AddFileAsync(AsShown(entry), async file =>
            {
                await RandomAccess.WriteAsync(file, content, 0).ConfigureAwait(false);
                await RandomAccess.WriteAsync(file, addition, content.Length).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        writer.Complete();
        return new SubstitutedFiles(directory, files, addition);
    }

    /// <summary>Takes what was added out of what a program wrote.</summary>
    /// <param name="writtenPath">The directory that holds what it wrote, no longer mounted.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Clean(string writtenPath)
    {
        using DirectoryHandle written = DirectoryHandle.Open(writtenPath);
        foreach ((FileEntry entry, byte[] content) in _originals)
        {
            using DirectoryHandle? parent = written.TryOpenDirectory(EntryPath.Parent(entry.Path));
            string name = EntryPath.Name(entry.Path);
            if (parent?.TryStatus(name) is { Kind: FileKind.File, SizeBytes: < MaxBytes } status)
                Clean(parent, name, status, entry, content);
        }
    }

    private void Clean(DirectoryHandle parent, string name, FileStatus status, FileEntry entry, byte[] content)
    {
        byte[] bytes;
        using (SafeFileHandle file = parent.OpenFile(name))
        {
            bytes = new byte[RandomAccess.GetLength(file)];
            bytes = bytes[..RandomAccess.Read(file, bytes, 0)];
        }
        int at = bytes.AsSpan().IndexOf(_addition);
        if (at < 0)
            return;
        byte[] own = bytes;
        for (; at >= 0; at = own.AsSpan().IndexOf(_addition))
            own = [.. own[..at], .. own[(at + _addition.Length)..]];
        bool isUntouched = own.AsSpan().SequenceEqual(content) && status.Mode == entry.Mode && status.Uid == entry.Uid && status.Gid == entry.Gid;
        parent.RemoveFile(name);
        if (isUntouched)
            return;
        using (SafeFileHandle file = parent.CreateFile(name, status.Mode))
            RandomAccess.Write(file, own, 0);
        parent.SetOwner(name, status.Uid, status.Gid);
        parent.SetMode(name, status.Mode);
        parent.SetModified(name, status.Modified);
    }

    private static FileEntry AsShown(FileEntry entry) => entry with { Modified = entry.TimeOnDisk ?? entry.Modified, IsOpaque = false, LinkGroup = null };
}
