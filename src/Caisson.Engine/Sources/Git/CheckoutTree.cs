using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Engine.Sources.Git;

/// <summary>Gives the files of a checkout what no machine decides: mode, owner and time.</summary>
/// <remarks>The owner is root, or who will be root of the user namespace that builds are made in.</remarks>
internal static class CheckoutTree
{
    private const string Dot = ".git";
    private const int DirectoryMode = 0x1ED; // 0755
    private const int OwnerBits = 0x1C0; // 0700
    private const int OthersNeverWrite = 0x1ED; // 0755

    /// <summary>Settles a directory with everything below it.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="time">The time that everything gets.</param>
    /// <param name="keepsGit">Whether <c>.git</c> stays. Git itself takes no file of that name, so it is the machinery of a repository or a submodule wherever it stands.</param>
    public static void Settle(string path, FileTime time, bool keepsGit)
    {
        using DirectoryHandle root = DirectoryHandle.Open(path);
        Settle(root, time, keepsGit);
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(path) ?? "/");
        parent.SetModified(Path.GetFileName(path), time);
    }

    private static void Settle(DirectoryHandle directory, FileTime time, bool keepsGit)
    {
        foreach (string name in directory.List())
        {
            FileStatus status = directory.Status(name);
            if (name == Dot && !keepsGit)
            {
                Remove(directory, name, status);
                continue;
            }
            if (status.IsDirectory)
            {
                using DirectoryHandle below = directory.OpenDirectory(name);
                Settle(below, time, keepsGit);
            }
            else if (status.Kind == FileKind.File)
            {
                directory.SetOwner(name, CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveGroupId);
                directory.SetMode(name, Spread(status.Mode));
            }
            directory.SetModified(name, time);
        }
        directory.SetOwnAttributes(DirectoryMode, CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveGroupId);
    }

    private static void Remove(DirectoryHandle directory, string name, FileStatus status)
    {
        if (status.IsDirectory)
            DirectoryRemoval.Remove(directory, name);
        else
            directory.RemoveFile(name);
    }

    // What the owner may do, others may too, except to write.
    private static int Spread(int mode)
    {
        int owner = mode & OwnerBits;
        return (owner | (owner >> 3) | (owner >> 6)) & OthersNeverWrite;
    }
}
