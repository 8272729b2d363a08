using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>The calls of libseccomp that make a filter of system calls.</summary>
/// <remarks>seccomp.h of libseccomp 2.5.</remarks>
internal static partial class SeccompLibrary
{
    /// <summary>SCMP_ACT_ALLOW.</summary>
    public const uint Allow = 0x7fff0000;

    /// <summary>SCMP_ACT_ERRNO(0), to which the error's number is added.</summary>
    public const uint Fail = 0x00050000;

    private const string Name = "libseccomp.so.2";
    private const int Unknown = -1; // __NR_SCMP_ERROR
    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    /// <summary>Whether it is on this machine.</summary>
    public static bool IsAvailable => SystemLibrary.IsAvailable(Name);

    /// <summary>Begins a filter for the processor that this runs on; 0 where that fails. To be released.</summary>
    /// <param name="defaultAction">What becomes of calls that no rule names.</param>
    [LibraryImport(Name, EntryPoint = "seccomp_init")]
    public static partial nint Create(uint defaultAction);

    /// <summary>Ends a filter.</summary>
    [LibraryImport(Name, EntryPoint = "seccomp_release")]
    public static partial void Release(nint filter);

    /// <summary>Takes in the programs of another processor; false where that fails.</summary>
    public static bool TryAddArchitecture(nint filter, string name) => AddArchitecture(filter, ResolveArchitecture(name)) == 0;

    /// <summary>Adds a rule for a call, or nothing when the library does not know it; false where that fails.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="action">What becomes of the call.</param>
    /// <param name="call">Its name.</param>
    /// <param name="condition">What its first argument must be: the comparison (<c>enum scmp_compare</c>) and with what; null for any.</param>
    public static unsafe bool TryAddRule(nint filter, uint action, string call, (int Comparison, ulong Value)? condition)
    {
        int number = ResolveCall(call);
        if (number == Unknown)
            return true;
        Argument argument = condition is { } first ? new Argument { Comparison = first.Comparison, First = first.Value } : default;
        return AddRule(filter, action, number, condition is null ? 0u : 1u, &argument) == 0;
    }

    /// <summary>The filter as the kernel takes it; empty where that fails.</summary>
    public static byte[] Export(nint filter)
    {
        using SafeFileHandle file = CreateMemoryFile("caisson-seccomp", CloseOnExec);
        if (file.IsInvalid || Export(filter, file) != 0)
            return [];
        byte[] program = new byte[RandomAccess.GetLength(file)];
        return RandomAccess.Read(file, program, 0) == program.Length ? program : [];
    }

    // struct scmp_arg_cmp
    [StructLayout(LayoutKind.Sequential)]
    private struct Argument
    {
        public uint Index;
        public int Comparison;
        public ulong First;
        public ulong Second;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle CreateMemoryFile(string name, uint flags);

    [LibraryImport(Name, EntryPoint = "seccomp_arch_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint ResolveArchitecture(string name);

    [LibraryImport(Name, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint filter, uint architecture);

    [LibraryImport(Name, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveCall(string name);

    [LibraryImport(Name, EntryPoint = "seccomp_rule_add_array")]
    private static unsafe partial int AddRule(nint filter, uint action, int call, uint count, Argument* arguments);

    [LibraryImport(Name, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint filter, SafeFileHandle file);
}
