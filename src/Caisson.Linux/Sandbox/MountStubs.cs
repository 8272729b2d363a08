using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// The directories and files that must exist for something to be mounted over them. Those that a root does not have are made before a program runs
/// and taken away after it, so that none of them is seen as the program's work.
/// </summary>
public sealed class MountStubs
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int FileMode = 0x1A4; // 0644

    // runc gives a file system in memory the mode of the directory below it, whatever it is told.
    private const int TmpfsMode = 0x3FF; // 1777

    // Mounted by every container (RuntimeConfig); whatever lies below them is in no root.
    private static readonly ImmutableArray<string> Standard = ["proc", "dev", "sys"];

    private readonly List<(string Path, bool IsDirectory)> _made = [];

    /// <summary>Makes what is missing.</summary>
    /// <param name="root">The container's root, mounted.</param>
    /// <param name="tree">The same tree, to look at.</param>
    /// <param name="mounts">What will be mounted besides what every container has.</param>
    /// <exception cref="SystemCallException">A component on the way is not a directory, or the kernel refuses.</exception>
    public static MountStubs Make(DirectoryHandle root, IFileTree tree, IEnumerable<SandboxMount> mounts)
    {
        MountStubs stubs = new();
        foreach (string path in Standard)
            stubs.Make(root, tree, path, isDirectory: true);
        foreach (SandboxMount mount in mounts)
            stubs.Make(root, tree, mount.Destination, mount is not (SandboxMount.Bind { IsDirectory: false } or SandboxMount.Device), mount is SandboxMount.Tmpfs ? TmpfsMode : DirectoryMode);
        return stubs;
    }

    /// <summary>Takes away what was made and is still as it was: an empty directory, an empty file.</summary>
    public void Remove(DirectoryHandle root)
    {
        foreach ((string path, bool isDirectory) in Enumerable.Reverse(_made))
        {
            using DirectoryHandle? parent = root.TryOpenDirectory(EntryPath.Parent(path));
            string name = EntryPath.Name(path);
            if (parent?.TryStatus(name) is not { } status || status.IsDirectory != isDirectory)
                continue;
            if (!isDirectory && status is { Kind: FileKind.File, SizeBytes: 0 })
                parent.RemoveFile(name);
            else if (isDirectory)
                RemoveIfEmpty(parent, name);
        }
    }

    private void Make(DirectoryHandle root, IFileTree tree, string destination, bool isDirectory, int directoryMode = DirectoryMode)
    {
        string path = TreePath.Resolve(tree, destination);
        if (path.Length == 0 || Standard.Any(mounted => path != mounted && EntryPath.IsWithin(path, mounted)))
            return;
        foreach (string directory in EntryPath.Ancestors(path))
            MakeOne(root, tree, directory, isDirectory: true, DirectoryMode);
        MakeOne(root, tree, path, isDirectory, directoryMode);
    }

    private void MakeOne(DirectoryHandle root, IFileTree tree, string path, bool isDirectory, int directoryMode)
    {
        if (tree.Find(path) is not null || _made.Contains((path, isDirectory)))
            return;
        using DirectoryHandle parent = root.OpenDirectory(EntryPath.Parent(path));
        if (isDirectory)
        {
            parent.CreateDirectory(EntryPath.Name(path), directoryMode);
        }
        else
        {
            using SafeFileHandle file = parent.CreateFile(EntryPath.Name(path), FileMode);
        }
        _made.Add((path, isDirectory));
    }

    private static void RemoveIfEmpty(DirectoryHandle parent, string name)
    {
        try
        {
            parent.RemoveDirectory(name);
        }
        catch (SystemCallException e) when (e.ErrorNumber is Errno.ENOTEMPTY or Errno.EEXIST)
        {
            // The program put something there: it is the program's now.
        }
    }
}
