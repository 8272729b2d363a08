using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>Measures what files and directories take of the disk: blocks in use, so that holes are free, and each file once however many names it has.</summary>
/// <remarks>Blocks that copies share (reflinks) are counted for each of them: the kernel does not say it of a file as a whole.</remarks>
public static class DiskSpace
{
    private const int BytesPerBlock = 512; // statx(2), stx_blocks

    private const long LeastBytes = 256 << 10; // file systems keep some blocks for themselves

    // Programs of a build may nest directories as deep as they like; open handles and the stack are limited. What lies deeper is not counted.
    private const int MaxDepth = 1000;

    /// <summary>What a file or a directory with all below it takes, in bytes; 0 when it is not there. What disappears meanwhile is not counted.</summary>
    /// <exception cref="SystemCallException">Something cannot be looked at.</exception>
    public static long Of(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
            return Of(parent, Path.GetFileName(full));
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
            return 0;
        }
    }

    /// <summary>What a name of a directory takes with all below it, in bytes; 0 when it is not there.</summary>
    /// <exception cref="SystemCallException">Something cannot be looked at.</exception>
    public static long Of(DirectoryHandle parent, string name) => parent.TryStatus(name) is { } status ? new Walk().Add(parent, name, status, depth: 0) : 0;

    /// <summary>What one file takes.</summary>
    public static long Of(FileStatus status) => (long)status.Blocks * BytesPerBlock;

    /// <summary>Whether nothing worth mentioning fits on the file system of a path any more. What only root may use counts as free.</summary>
    /// <exception cref="IOException">The path is not there.</exception>
    public static bool IsExhausted(string path)
    {
        DriveInfo drive = new(path);
        // Some file systems have no size, and say that nothing is free. ext4 shows up to a fiftieth as free that nobody gets (s_resv_clusters).
        return drive.AvailableFreeSpace < LeastBytes && drive.TotalFreeSpace < LeastBytes + (drive.TotalSize / 50) && drive.TotalSize > 0;
    }

    private sealed class Walk
    {
        private readonly HashSet<(ulong Device, ulong Inode)> _seen = [];

        public long Add(DirectoryHandle parent, string name, FileStatus status, int depth)
        {
            if (!status.IsDirectory)
                return status.LinkCount > 1 && !_seen.Add((status.Device, status.Inode)) ? 0 : Of(status);
            long bytes = Of(status);
            using DirectoryHandle? directory = depth < MaxDepth ? parent.TryOpenDirectory(name) : null;
            if (directory is null)
                return bytes;
            foreach (string child in directory.List())
            {
                if (directory.TryStatus(child) is { } found)
                    bytes += Add(directory, child, found, depth + 1);
            }
            return bytes;
        }
    }
}
