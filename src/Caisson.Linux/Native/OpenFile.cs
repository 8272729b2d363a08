using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>The calls about an open file that .NET does not have.</summary>
/// <remarks>All throw <see cref="SystemCallException"/> when the kernel refuses.</remarks>
public static partial class OpenFile
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStats = 0x7FF; // STATX_BASIC_STATS
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchAddress = 6; // ENXIO: no data behind this offset

    extension(SafeFileHandle file)
    {
        /// <summary>What this file is.</summary>
        public FileStatus Status() =>
            StatxCall(file, "", EmptyPath, BasicStats, out FileStatus.Statx raw) == 0 ? FileStatus.From(raw) : throw SystemCallException.Last("statx");

        /// <summary>Whether this file has an extended attribute.</summary>
        public unsafe bool HasAttribute(string name)
        {
            if (FGetXattr(file, name, null, 0) >= 0)
                return true;
            return Marshal.GetLastPInvokeError() is Errno.ENODATA or Errno.EOPNOTSUPP ? false : throw SystemCallException.Last("fgetxattr");
        }

        /// <summary>Sets the permission bits.</summary>
        public void SetMode(int mode)
        {
            if (FChmod(file, mode) != 0)
                throw SystemCallException.Last("fchmod");
        }

        /// <summary>Sets the time of the last change to the content; the time of the last access becomes the same.</summary>
        public unsafe void SetModified(FileTime time)
        {
            long* times = stackalloc long[4];
            times[0] = times[2] = time.Seconds;
            times[1] = times[3] = time.Nanoseconds;
            if (FUtimens(file, times) != 0)
                throw SystemCallException.Last("futimens");
        }

        /// <summary>The first offset at or after <paramref name="offset"/> that holds data; the size when only a hole is left.</summary>
        public long NextData(long offset, long sizeBytes)
        {
            long found = LSeek(file, offset, SeekData);
            if (found >= 0)
                return found;
            return Marshal.GetLastPInvokeError() == NoSuchAddress ? sizeBytes : throw SystemCallException.Last("lseek");
        }

        /// <summary>The first offset at or after <paramref name="offset"/> where a hole begins; the size when there is none.</summary>
        public long NextHole(long offset)
        {
            long found = LSeek(file, offset, SeekHole);
            return found >= 0 ? found : throw SystemCallException.Last("lseek");
        }

        /// <summary>Copies bytes inside the kernel, sharing blocks where the file system can; returns how many were copied, 0 at the end.</summary>
        public unsafe long CopyRangeTo(SafeFileHandle target, long offset, long countBytes)
        {
            long from = offset;
            long to = offset;
            nint copied = CopyFileRange(file, &from, target, &to, (nuint)countBytes, 0);
            return copied >= 0 ? copied : throw SystemCallException.Last("copy_file_range");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxCall(SafeFileHandle file, string path, int flags, uint mask, out FileStatus.Statx status);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChmod(SafeFileHandle file, int mode);

    // Two of struct timespec: seconds and nanoseconds, of access and change.
    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static unsafe partial int FUtimens(SafeFileHandle file, long* times);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint FGetXattr(SafeFileHandle file, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static unsafe partial nint CopyFileRange(SafeFileHandle from, long* fromOffset, SafeFileHandle to, long* toOffset, nuint count, uint flags);
}
