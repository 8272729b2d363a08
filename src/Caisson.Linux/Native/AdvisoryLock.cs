using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>
/// The advisory lock of an open file or directory: flock(2). It belongs to the opening, not to the process, and is released when that
/// is closed, even by a kill.
/// </summary>
/// <remarks>All throw <see cref="SystemCallException"/> when the kernel refuses.</remarks>
internal static partial class AdvisoryLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Unlock = 8;
    private const int NewFileMode = 0x1A4; // 0644, less the umask

    /// <summary>Opens a file to lock it; it is made when it is not there. .NET, whatever it is told, takes a shared lock of its own.</summary>
    public static SafeFileHandle OpenFile(string path)
    {
        int fd = Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec, NewFileMode);
        return fd < 0 ? throw SystemCallException.Last("open", path) : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Takes the lock; false when another opening has it.</summary>
    /// <param name="file">The opening.</param>
    /// <param name="isShared">Whether others that share it may have it too.</param>
    public static bool TryTake(SafeHandle file, bool isShared = false)
    {
        if (FLock(file, (isShared ? Shared : Exclusive) | NonBlocking) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == Errno.EAGAIN ? false : throw SystemCallException.Last("flock");
    }

    /// <summary>Takes the lock, waiting as long as it takes. Blocks the thread.</summary>
    /// <param name="file">The opening.</param>
    /// <param name="isShared">Whether others that share it may have it too.</param>
    public static void Take(SafeHandle file, bool isShared = false) => Call(file, isShared ? Shared : Exclusive);

    /// <summary>Releases the lock and keeps the file open, to take it again.</summary>
    public static void Release(SafeHandle file) => Call(file, Unlock);

    private static void Call(SafeHandle file, int operation)
    {
        while (FLock(file, operation) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw SystemCallException.Last("flock");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open([System.Runtime.InteropServices.Marshalling.MarshalUsing(typeof(PathMarshaller))] string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeHandle file, int operation);
}
