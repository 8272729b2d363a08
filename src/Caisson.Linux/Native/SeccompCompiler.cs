using System.Runtime.InteropServices;
using Caisson.Linux.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>Makes the filter of <see cref="SeccompProfile"/> as the kernel takes it, through libseccomp.</summary>
/// <remarks>seccomp.h of libseccomp 2.5. A runtime does the same for every container anew, which takes it longer than all else together.</remarks>
internal static partial class SeccompCompiler
{
    private const string Library = "libseccomp.so.2";
    private const uint Allow = 0x7fff0000; // SCMP_ACT_ALLOW
    private const uint Fail = 0x00050000; // SCMP_ACT_ERRNO(0)
    private const int Unknown = -1; // __NR_SCMP_ERROR
    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    /// <summary>The filter; empty where the library is missing or cannot make it.</summary>
    public static ReadOnlyMemory<byte> TryCompile()
    {
        if (!SystemLibrary.IsAvailable(Library))
            return default;
        nint filter = Create(Fail | SeccompProfile.PermissionDenied);
        if (filter == 0)
            return default;
        try
        {
            return AddArchitectures(filter) && AddRules(filter) ? Export(filter) : default;
        }
        finally
        {
            Release(filter);
        }
    }

    // It begins with the processor that it runs on.
    private static bool AddArchitectures(nint filter)
    {
        for (int i = 1; i < SeccompProfile.Architectures.Length; i++)
        {
            if (AddArchitecture(filter, ResolveArchitecture(SeccompProfile.Architectures[i])) != 0)
                return false;
        }
        return true;
    }

    private static unsafe bool AddRules(nint filter)
    {
        foreach (SeccompRule rule in SeccompProfile.Rules)
        {
            uint action = rule.ErrorNumber is { } error ? Fail | (uint)error : Allow;
            Argument argument = rule.Condition is { } condition ? new Argument { Comparison = (int)condition.Comparison, First = (ulong)condition.Value } : default;
            foreach (string name in rule.Names)
            {
                int call = ResolveCall(name);
                if (call != Unknown && AddRule(filter, action, call, rule.Condition is null ? 0u : 1u, &argument) != 0)
                    return false;
            }
        }
        return true;
    }

    private static ReadOnlyMemory<byte> Export(nint filter)
    {
        using SafeFileHandle file = CreateMemoryFile("caisson-seccomp", CloseOnExec);
        if (file.IsInvalid || Export(filter, file) != 0)
            return default;
        byte[] program = new byte[RandomAccess.GetLength(file)];
        return RandomAccess.Read(file, program, 0) == program.Length ? program : default(ReadOnlyMemory<byte>);
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

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Create(uint defaultAction);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint filter);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint ResolveArchitecture(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint filter, uint architecture);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveCall(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static unsafe partial int AddRule(nint filter, uint action, int call, uint count, Argument* arguments);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint filter, SafeFileHandle file);
}
