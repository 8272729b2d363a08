using Caisson.Daemon.Proto.Files;
using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Daemon.Sessions;

/// <summary>Makes a directory the same as one that is told entry by entry, but for the content of files.</summary>
/// <remarks>
/// What the other side says is not trusted: each name is changed through the handle of its directory, which was opened without following links, and nothing is
/// made in a directory that was not told before. Owners are of no account: files of a context belong to nobody.
/// A file whose content is wanted is gone until it is written, as a new one: other names of the old one keep what they have.
/// </remarks>
internal sealed class TreeUpdate : IDisposable
{
    private const int OwnerAll = 0x1C0; // 0700
    private const int MaxTarget = 4095;

    private readonly DirectoryHandle _root;
    private readonly Stack<Level> _levels = new();
    private readonly List<(string Path, int Mode, FileTime Modified)> _directories = [];
    private readonly List<(string Path, string Target)> _links = [];
    private readonly HashSet<ulong> _linkedFiles = [];

    /// <summary>Begins with a directory that is there.</summary>
    /// <param name="root">Not disposed.</param>
    public TreeUpdate(DirectoryHandle root)
    {
        _root = root;
        _levels.Push(new Level("", root.OpenDirectory(""), [.. root.List()]));
    }

    /// <summary>Called before something comes into the directory.</summary>
    public Action Growing { get; init; } = static () => { };

    /// <summary>Takes the next entry.</summary>
    /// <returns>Whether it is a file whose content is wanted.</returns>
    /// <exception cref="InvalidDataException">It is none that may come now.</exception>
    /// <exception cref="SystemCallException">The disk does not take it.</exception>
    public bool Apply(Stat sent)
    {
        (string parent, string name) = SentPath.Split(sent.Path);
        FileKind kind = GoFileMode.KindOf(sent.Mode) ?? throw new InvalidDataException($"the client sends \"{sent.Path}\" as something that is no file");
        while (_levels.Peek().Path != parent)
        {
            if (_levels.Count == 1)
                throw new InvalidDataException($"the client sends \"{sent.Path}\" out of order");
            Leave();
        }
        Level level = _levels.Peek();
        if (!level.Told.Add(name))
            throw new InvalidDataException($"the client sends \"{sent.Path}\" twice");
        FileStatus? existing = level.Old?.Remove(name) == true ? level.Directory.TryStatus(name) : null;
        switch (kind)
        {
            case FileKind.Directory:
                Enter(level, name, sent, existing);
                return false;
            case FileKind.SymbolicLink:
                MakeLink(level.Directory, name, sent, existing);
                return false;
            case FileKind.File when sent.Linkname.Length > 0:
                _links.Add((sent.Path, sent.Linkname));
                return false;
            case FileKind.File:
                return IsWanted(level.Directory, name, sent, existing);
            default:
                MakeNode(level.Directory, name, kind, sent, existing);
                return false;
        }
    }

    /// <summary>Removes what was not told, and gives directories their modes and times. To be done when all files are written.</summary>
    /// <exception cref="InvalidDataException">A further name of a file was told, and there is no such file.</exception>
    /// <exception cref="SystemCallException">The disk does not take it.</exception>
    public void Complete()
    {
        while (_levels.Count > 0)
            Leave();
        foreach ((string path, string target) in _links)
            MakeHardLink(path, target);
        for (int i = _directories.Count - 1; i >= 0; i--)
        {
            (string path, int mode, FileTime modified) = _directories[i];
            (string parent, string name) = SentPath.Split(path);
            using DirectoryHandle directory = _root.OpenDirectory(parent);
            FileStatus status = directory.Status(name);
            if (status.Mode != mode)
                directory.SetMode(name, mode);
            if (status.Modified != modified)
                directory.SetModified(name, modified);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_levels.TryPop(out Level? level))
            level.Directory.Dispose();
    }

    private void Enter(Level level, string name, Stat sent, FileStatus? existing)
    {
        int mode = GoFileMode.PermissionsOf(sent.Mode);
        HashSet<string>? old = null;
        if (existing is not { IsDirectory: true })
        {
            MakeRoom(level.Directory, name, existing);
            level.Directory.CreateDirectory(name, mode | OwnerAll);
        }
        else if ((existing.Value.Mode & OwnerAll) != OwnerAll)
        {
            level.Directory.SetMode(name, mode | OwnerAll);
        }
        DirectoryHandle directory = level.Directory.OpenDirectory(name);
        if (existing is { IsDirectory: true })
            old = [.. directory.List()];
        _levels.Push(new Level(sent.Path, directory, old));
        _directories.Add((sent.Path, mode, GoFileMode.TimeOf(sent.ModTime)));
    }

    private void MakeLink(DirectoryHandle directory, string name, Stat sent, FileStatus? existing)
    {
        if (sent.Linkname.Length is 0 or > MaxTarget || sent.Linkname.Contains('\0', StringComparison.Ordinal))
            throw new InvalidDataException($"the client sends \"{sent.Path}\" as a link to nothing");
        FileTime modified = GoFileMode.TimeOf(sent.ModTime);
        if (existing is { Kind: FileKind.SymbolicLink } link && link.Modified == modified && directory.ReadLink(name) == sent.Linkname)
            return;
        MakeRoom(directory, name, existing);
        directory.CreateSymbolicLink(name, sent.Linkname);
        directory.SetModified(name, modified);
    }

    private void MakeNode(DirectoryHandle directory, string name, FileKind kind, Stat sent, FileStatus? existing)
    {
        int mode = GoFileMode.PermissionsOf(sent.Mode);
        FileTime modified = GoFileMode.TimeOf(sent.ModTime);
        (uint major, uint minor) = kind == FileKind.Fifo ? (0, 0) : ((uint)sent.Devmajor, (uint)sent.Devminor);
        if (existing is { } node && node.Kind == kind && node.Mode == mode && node.Modified == modified && (node.DeviceMajor, node.DeviceMinor) == (major, minor))
            return;
        MakeRoom(directory, name, existing);
        directory.CreateNode(name, kind, mode, major, minor);
        directory.SetModified(name, modified);
    }

    // As fsutil compares. Of files that have several names here but not there, all but one come anew.
    private bool IsWanted(DirectoryHandle directory, string name, Stat sent, FileStatus? existing)
    {
        if (existing is { Kind: FileKind.File } file && file.SizeBytes == sent.Size && file.Modified == GoFileMode.TimeOf(sent.ModTime) && file.Mode == GoFileMode.PermissionsOf(sent.Mode)
            && (file.LinkCount == 1 || _linkedFiles.Add(file.Inode)))
            return false;
        MakeRoom(directory, name, existing);
        return true;
    }

    private void MakeHardLink(string path, string target)
    {
        (string targetParent, string targetName) = SentPath.Split(target);
        (string parent, string name) = SentPath.Split(path);
        using DirectoryHandle? from = _root.TryOpenDirectory(targetParent);
        if (from?.TryStatus(targetName) is not { Kind: FileKind.File } file)
            throw new InvalidDataException($"the client sends \"{path}\" as a further name of \"{target}\", which it did not send");
        using DirectoryHandle directory = _root.OpenDirectory(parent);
        FileStatus? existing = directory.TryStatus(name);
        if (existing is { } old && old.Inode == file.Inode)
            return;
        MakeRoom(directory, name, existing);
        directory.CreateHardLink(name, from, targetName);
    }

    private void Leave()
    {
        Level level = _levels.Pop();
        using (level.Directory)
        {
            foreach (string name in level.Old ?? [])
                Remove(level.Directory, name, level.Directory.TryStatus(name));
        }
    }

    private void MakeRoom(DirectoryHandle directory, string name, FileStatus? existing)
    {
        Growing();
        Remove(directory, name, existing);
    }

    private static void Remove(DirectoryHandle directory, string name, FileStatus? existing)
    {
        if (existing is null)
            return;
        if (existing.Value.IsDirectory)
            DirectoryRemoval.Remove(directory, name);
        else
            directory.RemoveFile(name);
    }

    // Old: the names that were there and were not told so far; null for a new directory.
    private sealed record Level(string Path, DirectoryHandle Directory, HashSet<string>? Old)
    {
        public HashSet<string> Told { get; } = new(StringComparer.Ordinal);
    }
}
