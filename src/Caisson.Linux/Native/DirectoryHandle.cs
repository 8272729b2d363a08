using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>
/// An open directory. Everything below it is reached through this handle and never through a path put together from strings, so
/// no link below can lead outside: paths are resolved by openat2(2) without following symbolic links, and the calls that change
/// something take one name of this very directory.
/// </summary>
/// <remarks>Thread-safe, as the calls are. Names and link targets are <see cref="PathText"/>.</remarks>
public sealed partial class DirectoryHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int MaxRetries = 100;
    private const int MaxPathBytes = 4096; // PATH_MAX, with the NUL at the end

    private DirectoryHandle(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>Opens a directory by its path, following links on the way.</summary>
    /// <exception cref="SystemCallException">It cannot be opened, or is no directory.</exception>
    public static DirectoryHandle Open(string path)
    {
        int fd = Calls.Open(path, OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        return fd < 0 ? throw SystemCallException.Last("open", path) : new DirectoryHandle(fd);
    }

    /// <summary>Opens a directory below this one. No component may be a symbolic link.</summary>
    /// <param name="path">Relative, <c>/</c>-separated; empty for this directory itself.</param>
    /// <exception cref="SystemCallException">ELOOP: a component is a symbolic link. Otherwise as open(2).</exception>
    public DirectoryHandle OpenDirectory(string path)
    {
        int fd = OpenBelow(path, OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        return fd < 0 ? throw SystemCallException.Last("openat2", path) : new DirectoryHandle(fd);
    }

    /// <summary>As <see cref="OpenDirectory"/>; null when there is no such directory, or a link or a file stands in its place, or it is moved away at this moment.</summary>
    /// <exception cref="SystemCallException">Anything else went wrong: the directory may well be there.</exception>
    public DirectoryHandle? TryOpenDirectory(string path)
    {
        int fd = OpenBelow(path, OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        if (fd >= 0)
            return new DirectoryHandle(fd);
        SystemCallException failure = SystemCallException.Last("openat2", path);
        bool isTooLong = failure.ErrorNumber == Errno.ENAMETOOLONG && PathText.GetByteCount(path) < MaxPathBytes; // a name is, not the path
        return failure.IsNotFound || failure.ErrorNumber is Errno.ELOOP or Errno.EXDEV || isTooLong ? null : throw failure;
    }

    /// <summary>Opens a regular file below this directory for reading. No component may be a symbolic link; a pipe does not block.</summary>
    /// <exception cref="SystemCallException">It cannot be opened. EISDIR or EINVAL: it is no regular file.</exception>
    public SafeFileHandle OpenFile(string path)
    {
        int fd = OpenBelow(path, OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.CloseOnExec, 0);
        SafeFileHandle file = fd < 0 ? throw SystemCallException.Last("openat2", path) : new SafeFileHandle(fd, ownsHandle: true);
        FileKind kind = file.Status().Kind;
        if (kind == FileKind.File)
            return file;
        file.Dispose();
        throw new SystemCallException("openat2", kind == FileKind.Directory ? Errno.EISDIR : Errno.EINVAL, path);
    }

    /// <summary>Creates a regular file in this directory and opens it for writing; fails when the name is taken.</summary>
    /// <exception cref="SystemCallException">It cannot be created.</exception>
    public SafeFileHandle CreateFile(string name, int mode)
    {
        CheckName(name);
        int fd = OpenBelow(name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, mode);
        return fd < 0 ? throw SystemCallException.Last("openat2", name) : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Creates a regular file below this directory and opens it for writing; fails when the name is taken, or a component is a symbolic link.</summary>
    /// <exception cref="SystemCallException">It cannot be created.</exception>
    public SafeFileHandle CreateFileBelow(string path, int mode)
    {
        int fd = OpenBelow(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, mode);
        return fd < 0 ? throw SystemCallException.Last("openat2", path) : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>What this directory is.</summary>
    public FileStatus Status()
    {
        int result = Calls.Statx(this, "", StatxFlags.EmptyPath, StatxFlags.BasicStats, out FileStatus.Statx raw);
        return result == 0 ? FileStatus.From(raw) : throw SystemCallException.Last("statx");
    }

    /// <summary>What a name in this directory stands for, without following it; null when there is no such name.</summary>
    /// <exception cref="SystemCallException">Anything else than a missing name went wrong.</exception>
    public FileStatus? TryStatus(string name)
    {
        CheckName(name);
        if (Calls.Statx(this, name, StatxFlags.NoFollow, StatxFlags.BasicStats, out FileStatus.Statx raw) == 0)
            return FileStatus.From(raw);
        SystemCallException failure = SystemCallException.Last("statx", name);
        return failure.IsNotFound || failure.ErrorNumber == Errno.ENAMETOOLONG ? null : throw failure;
    }

    /// <summary>What a name in this directory stands for, without following it.</summary>
    /// <exception cref="SystemCallException">There is no such name, or it cannot be looked at.</exception>
    public FileStatus Status(string name) => TryStatus(name) ?? throw new SystemCallException("statx", Errno.ENOENT, name);

    /// <summary>The target of a symbolic link in this directory.</summary>
    /// <exception cref="SystemCallException">The name is missing or no symbolic link.</exception>
    public unsafe string ReadLink(string name)
    {
        CheckName(name);
        Span<byte> buffer = stackalloc byte[MaxPathBytes];
        fixed (byte* start = buffer)
        {
            nint length = Calls.ReadLinkAt(this, name, start, MaxPathBytes);
            return length < 0 ? throw SystemCallException.Last("readlinkat", name) : PathText.Decode(buffer[..(int)length]);
        }
    }

    /// <summary>The names in this directory, without <c>.</c> and <c>..</c>, in ordinal order.</summary>
    public List<string> List() => DirectoryListing.Read(this);

    private unsafe int OpenBelow(string path, int flags, int mode)
    {
        OpenHow how = new() { Flags = (ulong)flags, Mode = (ulong)mode, Resolve = OpenHow.Beneath | OpenHow.NoSymlinks | OpenHow.NoMagicLinks };
        for (int attempt = 0; ; attempt++)
        {
            nint fd = Calls.OpenAt2(OpenHow.SystemCallNumber, this, path.Length == 0 ? "." : path, &how, (nuint)sizeof(OpenHow));
            // EAGAIN: a rename elsewhere raced with the resolution; the manual page says to try again.
            if (fd >= 0 || attempt >= MaxRetries || Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR))
                return (int)fd;
        }
    }

    internal static void CheckName(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"\"{name}\" is not a name in a directory", nameof(name));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Calls.Close((int)handle) == 0;

    private static class StatxFlags
    {
        public const int EmptyPath = 0x1000;
        public const int NoFollow = 0x100;
        public const uint BasicStats = 0x7FF;
    }

    // linux/openat2.h, struct open_how.
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public const nint SystemCallNumber = 437;
        public const ulong NoMagicLinks = 0x02;
        public const ulong NoSymlinks = 0x04;
        public const ulong Beneath = 0x08;

        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    private static partial class Calls
    {
        [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
        public static partial int Open([MarshalUsing(typeof(PathMarshaller))] string path, int flags, int mode);

        // glibc 2.36 has no wrapper for openat2; syscall(2) passes its arguments on as they are.
        [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
        public static unsafe partial nint OpenAt2(nint number, DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string path, OpenHow* how, nuint size);

        [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
        public static partial int Statx(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string path, int flags, uint mask, out FileStatus.Statx status);

        [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
        public static unsafe partial nint ReadLinkAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, byte* buffer, nuint size);

        [LibraryImport("libc", EntryPoint = "close")]
        public static partial int Close(int fd);
    }
}
