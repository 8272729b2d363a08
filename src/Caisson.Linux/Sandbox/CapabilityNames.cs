using System.Collections.Immutable;
using System.Globalization;

namespace Caisson.Linux.Sandbox;

/// <summary>The capabilities of Linux by name.</summary>
/// <remarks>capabilities(7); linux/capability.h.</remarks>
internal static class CapabilityNames
{
    private const string Field = "CapEff:";

    // By number.
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>Those that are effective in this process.</summary>
    public static ImmutableArray<string> OfThisProcess() => Of(File.ReadLines("/proc/self/status"));

    /// <summary>Those that a process's status lists as effective. Ones that are newer than this program are left out.</summary>
    internal static ImmutableArray<string> Of(IEnumerable<string> status)
    {
        string? line = status.FirstOrDefault(static l => l.StartsWith(Field, StringComparison.Ordinal));
        ulong set = line is null ? 0 : ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return [.. Names.Where((_, number) => (set >> number & 1) == 1).Select(static n => "CAP_" + n)];
    }
}
