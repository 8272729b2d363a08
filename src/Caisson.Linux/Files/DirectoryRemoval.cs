using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>Removes directories with all they hold, following no link.</summary>
public static class DirectoryRemoval
{
    private const int OwnerAll = 0x1C0; // 0700

    /// <summary>Removes a directory of a parent.</summary>
    /// <exception cref="SystemCallException">Something in it cannot be removed.</exception>
    public static void Remove(DirectoryHandle parent, string name)
    {
        using (DirectoryHandle directory = OpenEvenIfClosed(parent, name))
            Empty(directory);
        parent.RemoveDirectory(name);
    }

    /// <summary>Removes a directory by its path; nothing happens when it is not there.</summary>
    /// <exception cref="SystemCallException">Something in it cannot be removed.</exception>
    public static void Remove(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
            Remove(parent, Path.GetFileName(full));
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
        }
    }

    private static void Empty(DirectoryHandle directory)
    {
        foreach (string name in directory.List())
        {
            if (directory.TryStatus(name) is not { } status)
                continue;
            if (status.IsDirectory)
                Remove(directory, name);
            else
                directory.RemoveFile(name);
        }
    }

    // A directory can keep its own owner out (overlay's work directory has mode 000).
    private static DirectoryHandle OpenEvenIfClosed(DirectoryHandle parent, string name)
    {
        try
        {
            return parent.OpenDirectory(name);
        }
        catch (SystemCallException e) when (e.ErrorNumber == Errno.EACCES)
        {
            parent.SetMode(name, OwnerAll);
            return parent.OpenDirectory(name);
        }
    }
}
