using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Files;

/// <summary>
/// A file system of its own for a directory: one that lists names in another order than those around it. On disk where this process may use loop devices, otherwise in memory.
/// Only for a process whose mount namespace is its own: when that ends, so do mount and device, however it ends.
/// </summary>
public sealed class OwnFileSystem : IDisposable
{
    private const long MostBytes = 1L << 40;
    private const int BytesForEachFile = 8 << 10;
    private const int SharesOfMemory = 4;

    private readonly string _directory;

    private OwnFileSystem(string directory, bool isInMemory)
    {
        _directory = directory;
        IsInMemory = isInMemory;
    }

    /// <summary>Whether what it holds is in memory.</summary>
    public bool IsInMemory { get; }

    /// <summary>Mounts one; null with the reason where there can be none.</summary>
    /// <param name="directory">An empty directory.</param>
    /// <param name="file">A path for the file that it is kept in, on a disk.</param>
    /// <param name="searchPath">Directories to look for programs in, separated by colons.</param>
    /// <param name="leastBytes">How much it must be able to hold.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<(OwnFileSystem? Mounted, string Reason)> TryMountAsync(string directory, string file, string searchPath, long leastBytes, CancellationToken ct)
    {
        string? onDisk = await TryOnDiskAsync(directory, file, searchPath, ct).ConfigureAwait(false);
        if (onDisk is null)
            return (new OwnFileSystem(directory, isInMemory: false), "");
        long roomBytes = FreeMemoryBytes() / SharesOfMemory;
        if (roomBytes < leastBytes)
            return (null, $"{onDisk}, and memory has no room for it");
        try
        {
            Mounts.Mount("tmpfs", directory, "tmpfs", MountFlags.NoDevices, string.Create(CultureInfo.InvariantCulture, $"mode=0755,size={roomBytes}"));
            return (new OwnFileSystem(directory, isInMemory: true), "");
        }
        catch (SystemCallException e)
        {
            return (null, $"{onDisk}, and none in memory: {SystemCallException.Describe(e.ErrorNumber)}");
        }
    }

    /// <summary>Unmounts it; what it held is gone.</summary>
    public void Dispose() => Mounts.Unmount(_directory);

    // Why there is none; null when there is one.
    private static async Task<string?> TryOnDiskAsync(string directory, string file, string searchPath, CancellationToken ct)
    {
        if (CurrentProcess.EffectiveUserId != 0 || Sandbox.UserNamespace.IsInside)
            return "only the machine's root can mount a file system from a file";
        if (SearchPath.Find(searchPath, "mkfs.ext4") is not { } make || SearchPath.Find(searchPath, "mount") is not { } mount)
            return "mkfs.ext4 or mount is not on this machine";
        // As much as there is room for. What nobody writes to takes none: noinit_itable keeps the kernel from doing so.
        using (FileStream image = new(file, FileMode.CreateNew))
            image.SetLength(Math.Min(MostBytes, new DriveInfo(directory).AvailableFreeSpace));
        string files = BytesForEachFile.ToString(CultureInfo.InvariantCulture);
        foreach (ProcessRequest request in (ProcessRequest[])
        [
            new() { File = make, Arguments = ["-q", "-F", "-m", "0", "-i", files, "-O", "^has_journal,dir_index", "-E", "lazy_itable_init=1,nodiscard", file] },
            new() { File = mount, Arguments = ["-t", "ext4", "-o", "loop,noatime,nodev,noinit_itable", file, directory] },
        ])
        {
            ProcessResult done = await ProcessRunner.Direct.CaptureAsync(request, ct).ConfigureAwait(false);
            if (done.ExitCode == 0)
                continue;
            File.Delete(file);
            return $"{Path.GetFileName(request.File)}: {done.Error.Trim().ReplaceLineEndings(" ")}";
        }
        return null;
    }

    // proc(5), /proc/meminfo
    private static long FreeMemoryBytes()
    {
        const string available = "MemAvailable:";
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(available, StringComparison.Ordinal) && long.TryParse(line.AsSpan(available.Length).TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture, out long kibibytes))
                return kibibytes << 10;
        }
        return 0;
    }
}
