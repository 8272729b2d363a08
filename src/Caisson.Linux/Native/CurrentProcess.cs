using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Caisson.Linux.Native;

/// <summary>What this process is to the kernel.</summary>
public static partial class CurrentProcess
{
    private const int OpenFilesResource = 7; // RLIMIT_NOFILE
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int CloseOnExecute = 1; // FD_CLOEXEC

    /// <summary>Its number.</summary>
    public static int Id => GetPid();

    /// <summary>The effective user id.</summary>
    public static uint EffectiveUserId => GetEUid();

    /// <summary>The effective group id.</summary>
    public static uint EffectiveGroupId => GetEGid();

    /// <summary>Whether this process may do whatever needs a capability in its user namespace: capget(2).</summary>
    /// <param name="capability">The capability's number (linux/capability.h).</param>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static unsafe bool HasCapability(int capability)
    {
        CapabilityHeader header = new() { Version = CapabilityHeader.Version3 };
        CapabilitySets* sets = stackalloc CapabilitySets[2];
        return CapGet(&header, sets) == 0 ? (sets[capability / 32].Effective >> (capability % 32) & 1) == 1 : throw SystemCallException.Last("capget");
    }

    /// <summary>The hard limit of open files: the most that a step may be given.</summary>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static ulong OpenFilesHardLimit => HardLimit(OpenFilesResource);

    /// <summary>The hard limit of a resource, by its number.</summary>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    internal static ulong HardLimit(int resource) => GetRLimit(resource, out ResourceLimit limit) == 0 ? limit.Hard : throw SystemCallException.Last("getrlimit");

    /// <summary>Keeps a descriptor from the programs that this process starts: fcntl(2), F_SETFD.</summary>
    /// <exception cref="SystemCallException">There is none of that number.</exception>
    public static void KeepFromPrograms(int descriptor)
    {
        if (FcntlInt(descriptor, SetDescriptorFlags, CloseOnExecute) != 0)
            throw SystemCallException.Last("fcntl");
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False when the process no longer exists.</returns>
    /// <exception cref="SystemCallException">The signal may not be sent.</exception>
    public static bool Signal(int processId, int signal)
    {
        if (Kill(processId, signal) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == Errno.ESRCH ? false : throw SystemCallException.Last("kill");
    }

    /// <summary>Becomes another program, keeping process id, open files and terminal. Returns only by failing.</summary>
    /// <param name="file">The program's path.</param>
    /// <param name="arguments">Its arguments, the program's own name first.</param>
    /// <param name="environment">Its environment as <c>NAME=value</c>.</param>
    /// <exception cref="SystemCallException">The program cannot be started.</exception>
    public static unsafe void Execute(string file, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        byte** argv = ToUnmanaged(arguments);
        byte** envp = ToUnmanaged(environment);
        ExecVE(file, argv, envp);
        throw SystemCallException.Last("execve", file);
    }

    // Left to the process: it either becomes another program or ends with an error.
    private static unsafe byte** ToUnmanaged(IReadOnlyList<string> texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
            list[i] = Utf8StringMarshaller.ConvertToUnmanaged(texts[i]);
        return list;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        public const uint Version3 = 0x20080522;

        public uint Version;
        public int ProcessId;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilitySets
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlInt(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static unsafe partial int CapGet(CapabilityHeader* header, CapabilitySets* sets);

    [LibraryImport("libc", EntryPoint = "getpid")]
    private static partial int GetPid();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEUid();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEGid();

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetRLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static unsafe partial int ExecVE([MarshalUsing(typeof(PathMarshaller))] string file, byte** argv, byte** envp);
}
