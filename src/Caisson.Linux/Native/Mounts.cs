using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>The calls about mounts and namespaces. They act on the calling thread's namespace: see <see cref="Sandbox.PrivateNamespaces"/>.</summary>
/// <remarks>All throw <see cref="SystemCallException"/> when the kernel refuses.</remarks>
internal static partial class Mounts
{
    private const int MountNamespace = 0x00020000; // CLONE_NEWNS
    private const int ShareFileSystemState = 0x200; // CLONE_FS
    private const int Detach = 2; // MNT_DETACH

    /// <summary>mount(2).</summary>
    public static void Mount(string source, string target, string? type, MountFlags flags, string? data)
    {
        if (MountCall(source, target, type, (nuint)flags, data) != 0)
            throw SystemCallException.Last("mount", target);
    }

    /// <summary>umount2(2): the mount disappears at once, its resources when the last user is gone.</summary>
    public static void Unmount(string target)
    {
        if (Umount2(target, Detach) != 0)
            throw SystemCallException.Last("umount2", target);
    }

    /// <summary>unshare(2): working directory and root of this thread become its own. Needed before a thread may change its mount namespace.</summary>
    public static void UnshareFileSystemState()
    {
        if (Unshare(ShareFileSystemState) != 0)
            throw SystemCallException.Last("unshare");
    }

    /// <summary>setns(2): this thread moves to a mount namespace.</summary>
    public static void EnterMountNamespace(SafeFileHandle ns)
    {
        if (SetNs(ns, MountNamespace) != 0)
            throw SystemCallException.Last("setns");
    }

    /// <summary>chdir(2), for this thread alone after <see cref="UnshareFileSystemState"/>.</summary>
    public static void ChangeDirectory(string path)
    {
        if (ChDir(path) != 0)
            throw SystemCallException.Last("chdir", path);
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static partial int MountCall(
        [MarshalUsing(typeof(PathMarshaller))] string source,
        [MarshalUsing(typeof(PathMarshaller))] string target,
        [MarshalUsing(typeof(PathMarshaller))] string? type,
        nuint flags,
        [MarshalUsing(typeof(PathMarshaller))] string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static partial int Umount2([MarshalUsing(typeof(PathMarshaller))] string target, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle ns, int kind);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true)]
    private static partial int ChDir([MarshalUsing(typeof(PathMarshaller))] string path);
}
