using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>The resources that can be limited, and how far this process may let a program go.</summary>
/// <remarks>getrlimit(2); asm-generic/resource.h.</remarks>
public static class ResourceLimits
{
    private const string RaisesLimits = "CAP_SYS_RESOURCE";
    private const string OpenFiles = "NOFILE";

    private static readonly string[] InOrder =
        ["CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", OpenFiles, "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"];

    /// <summary>The names of the resources, without <c>RLIMIT_</c>.</summary>
    public static ImmutableArray<string> Names { get; } = [.. InOrder.Order(StringComparer.Ordinal)];

    /// <summary>The limit as far as this process may give it: its own hard limit stands above, unless it may raise that.</summary>
    /// <exception cref="ArgumentException">There is no such resource.</exception>
    public static ResourceLimit Allowed(ResourceLimit asked)
    {
        int resource = Array.IndexOf(InOrder, asked.Name);
        if (resource < 0)
            throw new ArgumentException($"there is no resource {asked.Name}", nameof(asked));
        ulong highest = CanRaise ? Highest(asked.Name) : CurrentProcess.HardLimit(resource);
        return asked with { Soft = Math.Min(asked.Soft, highest), Hard = Math.Min(asked.Hard, highest) };
    }

    // The kernel asks for the capability in the machine's own user namespace.
    private static bool CanRaise => !UserNamespace.IsInside && CapabilityNames.OfThisProcess().Contains(RaisesLimits);

    // proc(5), /proc/sys/fs/nr_open: above everyone.
    private static ulong Highest(string name) =>
        name == OpenFiles ? ulong.Parse(File.ReadAllText("/proc/sys/fs/nr_open").Trim(), CultureInfo.InvariantCulture) : ResourceLimit.Unlimited;
}
