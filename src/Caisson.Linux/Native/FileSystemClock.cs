using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>Whose clock the times of a file system come from.</summary>
public static partial class FileSystemClock
{
    private const int StatFsBytes = 256; // struct statfs has 120 bytes; the type comes first

    // linux/magic.h, and of ZFS its own: disks and memory of this machine, with ticks no longer than the kernel's.
    private static readonly long[] Local =
    [
        0xEF53, // ext2, ext3, ext4
        0x58465342, // xfs
        0x9123683E, // btrfs
        0x01021994, // tmpfs
        0xF2F52010, // f2fs
        0xCA451A4E, // bcachefs
        0x2FC12FC1, // zfs
        0x794C7630, // overlay: its files are those of the file systems below
    ];

    /// <summary>Whether it is known to be this machine's clock; of what comes over a network or from another program it is not.</summary>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static unsafe bool IsLocal(SafeFileHandle file)
    {
        long* result = stackalloc long[StatFsBytes / sizeof(long)];
        return FStatFs(file, result) == 0 ? Local.AsSpan().Contains(result[0] & 0xFFFFFFFF) : throw SystemCallException.Last("fstatfs");
    }

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static unsafe partial int FStatFs(SafeFileHandle file, long* result);
}
