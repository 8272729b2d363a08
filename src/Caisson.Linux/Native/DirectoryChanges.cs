using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Caisson.Linux.Native;

/// <summary>The calls that change something in an open directory. Each takes one name of that directory and follows no link.</summary>
/// <remarks>All throw <see cref="SystemCallException"/> when the kernel refuses.</remarks>
public static partial class DirectoryChanges
{
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint RenameNoReplace = 1; // RENAME_NOREPLACE

    extension(DirectoryHandle directory)
    {
        /// <summary>Makes a directory. The mode is given exactly, whatever the umask.</summary>
        public void CreateDirectory(string name, int mode)
        {
            DirectoryHandle.CheckName(name);
            Check(MkdirAt(directory, name, mode), "mkdirat", name);
            directory.SetMode(name, mode);
        }

        /// <summary>Makes a symbolic link.</summary>
        public void CreateSymbolicLink(string name, string target)
        {
            DirectoryHandle.CheckName(name);
            Check(SymlinkAt(target, directory, name), "symlinkat", name);
        }

        /// <summary>Gives a file one more name. A symbolic link is linked itself, not what it points to.</summary>
        public void CreateHardLink(string name, DirectoryHandle targetDirectory, string targetName)
        {
            DirectoryHandle.CheckName(name);
            DirectoryHandle.CheckName(targetName);
            Check(LinkAt(targetDirectory, targetName, directory, name, 0), "linkat", name);
        }

        /// <summary>Makes a named pipe or a device; overlay's whiteout is the character device 0/0.</summary>
        public void CreateNode(string name, FileKind kind, int mode, uint major, uint minor)
        {
            DirectoryHandle.CheckName(name);
            int type = kind switch
            {
                FileKind.CharacterDevice => 0x2000,
                FileKind.BlockDevice => 0x6000,
                FileKind.Fifo => 0x1000,
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
            };
            // gnu_dev_makedev: the kernel's huge encoding of a device number.
            ulong device = ((ulong)(major & 0xFFFFF000) << 32) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
            Check(MknodAt(directory, name, type | mode, device), "mknodat", name);
            directory.SetMode(name, mode);
        }

        /// <summary>Removes a name that is not a directory.</summary>
        public void RemoveFile(string name)
        {
            DirectoryHandle.CheckName(name);
            Check(UnlinkAt(directory, name, 0), "unlinkat", name);
        }

        /// <summary>Removes an empty directory.</summary>
        public void RemoveDirectory(string name)
        {
            DirectoryHandle.CheckName(name);
            Check(UnlinkAt(directory, name, RemoveDirectoryFlag), "unlinkat", name);
        }

        /// <summary>Moves a name to another directory of the same file system. An existing file there is replaced.</summary>
        public void Rename(string name, DirectoryHandle newDirectory, string newName) => directory.Rename(name, newDirectory, newName, 0);

        /// <summary>Moves a name; false when the new name is taken.</summary>
        public bool TryRenameNew(string name, DirectoryHandle newDirectory, string newName)
        {
            try
            {
                directory.Rename(name, newDirectory, newName, RenameNoReplace);
                return true;
            }
            catch (SystemCallException e) when (e.ErrorNumber == Errno.EEXIST)
            {
                return false;
            }
        }

        /// <summary>Sets owner and group. Set-id bits are lost: set the mode afterwards.</summary>
        public void SetOwner(string name, uint uid, uint gid)
        {
            DirectoryHandle.CheckName(name);
            Check(FchownAt(directory, name, uid, gid, NoFollow), "fchownat", name);
        }

        /// <summary>
        /// Sets owner and group; root's where the user namespace does not have one of them. Nobody in it can be such a user, so nobody is kept from the file
        /// whom its mode lets in.
        /// </summary>
        public void SetOwnerOrRoot(string name, uint uid, uint gid)
        {
            try
            {
                directory.SetOwner(name, uid, gid);
            }
            catch (SystemCallException e) when (e.ErrorNumber == Errno.EINVAL)
            {
                directory.SetOwner(name, 0, 0);
            }
        }

        /// <summary>Sets the permission bits. The name must not be a symbolic link: those have none.</summary>
        public void SetMode(string name, int mode)
        {
            DirectoryHandle.CheckName(name);
            Check(FchmodAt(directory, name, mode, 0), "fchmodat", name);
        }

        /// <summary>Sets owner, group and permission bits of the open directory itself.</summary>
        public void SetOwnAttributes(int mode, uint uid, uint gid)
        {
            Check(FchownAt(directory, "", uid, gid, EmptyPath), "fchownat", "");
            Check(Fchmod(directory, mode), "fchmod", "");
        }

        /// <summary>Sets the time of the last change to the content; the time of the last access becomes the same.</summary>
        public void SetModified(string name, FileTime time)
        {
            if (!directory.TrySetModified(name, time))
                throw new SystemCallException("utimensat", Errno.ENOENT, name);
        }

        /// <summary>As <c>SetModified</c>; false when there is no such name.</summary>
        public unsafe bool TrySetModified(string name, FileTime time)
        {
            DirectoryHandle.CheckName(name);
            TimeSpec* times = stackalloc TimeSpec[2];
            times[0] = times[1] = new TimeSpec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
            int result = UtimensAt(directory, name, times, NoFollow);
            if (result != 0 && Marshal.GetLastPInvokeError() == Errno.ENOENT)
                return false;
            Check(result, "utimensat", name);
            return true;
        }

        private void Rename(string name, DirectoryHandle newDirectory, string newName, uint flags)
        {
            DirectoryHandle.CheckName(name);
            DirectoryHandle.CheckName(newName);
            Check(RenameAt2(directory, name, newDirectory, newName, flags), "renameat2", name);
        }
    }

    private static void Check(int result, string call, string name)
    {
        if (result != 0)
            throw SystemCallException.Last(call, name);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdirAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, int mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkAt([MarshalUsing(typeof(PathMarshaller))] string target, DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkAt(
        DirectoryHandle oldDirectory, [MarshalUsing(typeof(PathMarshaller))] string oldName, DirectoryHandle newDirectory, [MarshalUsing(typeof(PathMarshaller))] string newName, int flags);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    private static partial int MknodAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, int mode, ulong device);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static partial int RenameAt2(
        DirectoryHandle oldDirectory, [MarshalUsing(typeof(PathMarshaller))] string oldName, DirectoryHandle newDirectory, [MarshalUsing(typeof(PathMarshaller))] string newName, uint flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FchownAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int FchmodAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int Fchmod(DirectoryHandle directory, int mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    private static unsafe partial int UtimensAt(DirectoryHandle directory, [MarshalUsing(typeof(PathMarshaller))] string name, TimeSpec* times, int flags);
}
