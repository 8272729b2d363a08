using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>Removes directories with all they hold, following no link. Neither depth nor modes keep it from that.</summary>
public static class DirectoryRemoval
{
    private const int OwnerAll = 0x1C0; // 0700

    // Programs of a build may nest directories as deep as they like; open handles and the stack are limited.
    private const int MaxDepth = 100;

    /// <summary>Removes a directory of a parent.</summary>
    /// <exception cref="SystemCallException">Something in it cannot be removed, or it is not there.</exception>
    public static void Remove(DirectoryHandle parent, string name)
    {
        Empty(parent, name);
        parent.RemoveDirectory(name);
    }

    /// <summary>Removes all that a directory of a parent holds.</summary>
    /// <exception cref="SystemCallException">Something in it cannot be removed, or it is not there.</exception>
    public static void Empty(DirectoryHandle parent, string name)
    {
        using DirectoryHandle directory = Open(parent, name, parent.Status(name));
        new Emptying(directory).Run();
    }

    /// <summary>Removes a directory by its path; nothing happens when it is not there.</summary>
    /// <exception cref="SystemCallException">Something in it cannot be removed.</exception>
    public static void Remove(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string name = Path.GetFileName(full);
        try
        {
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
            if (parent.TryStatus(name) is not null)
                Remove(parent, name);
        }
        catch (SystemCallException e) when (e.IsNotFound && e.Path == Path.GetDirectoryName(full))
        {
        }
    }

    // A directory can keep its own owner out (overlay's work directory has mode 000); the machine's root is never kept out.
    private static DirectoryHandle Open(DirectoryHandle parent, string name, FileStatus status)
    {
        if ((status.Mode & OwnerAll) != OwnerAll && status.IsDirectory)
            parent.SetMode(name, OwnerAll);
        return parent.OpenDirectory(name);
    }

    // What lies too deep is moved up to the top and comes last.
    private sealed class Emptying(DirectoryHandle top)
    {
        private int _movedUp;

        public void Run()
        {
            int before;
            do
            {
                before = _movedUp;
                Empty(top, depth: 0);
            }
            while (_movedUp > before);
        }

        private void Empty(DirectoryHandle directory, int depth)
        {
            foreach (string name in directory.List())
            {
                FileStatus status = directory.Status(name);
                if (!status.IsDirectory)
                {
                    directory.RemoveFile(name);
                    continue;
                }
                using (DirectoryHandle child = Open(directory, name, status))
                {
                    if (depth == MaxDepth)
                    {
                        MoveUp(directory, name);
                        continue;
                    }
                    Empty(child, depth + 1);
                }
                directory.RemoveDirectory(name);
            }
        }

        private void MoveUp(DirectoryHandle directory, string name)
        {
            do
                _movedUp++;
            while (!directory.TryRenameNew(name, top, string.Create(CultureInfo.InvariantCulture, $"deep-{_movedUp}")));
        }
    }
}
