using System.Collections.Immutable;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>What of this machine decides how a container is set up.</summary>
public sealed record HostTraits
{
    private const string BlockDevices = "/sys/block";
    private const int SpareLoopDevices = 8;

    /// <summary>Whether this process is in a user namespace, where some mounts are not allowed.</summary>
    public required bool InUserNamespace { get; init; }

    /// <summary>Whether root is the only user of that namespace, so that no other id can be given to anything.</summary>
    public bool HasOneId { get; init; }

    /// <summary>The most files that a program may be allowed to open at once.</summary>
    public required ulong OpenFilesHardLimit { get; init; }

    /// <summary>Whether the kernel filters system calls.</summary>
    public required bool HasSeccomp { get; init; }

    /// <summary>Counters of the processors' temperature, which are hidden from containers (GHSA-6fw5-f8r9-fgfm).</summary>
    public required ImmutableArray<string> ThermalThrottlePaths { get; init; }

    /// <summary>The capabilities that this process has, and so the most that a program can be given.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>How many loop devices an insecure container finds: those of the machine, and some for more.</summary>
    public int LoopDevices { get; init; }

    /// <summary>The program <c>mount</c>, when the runtime takes <c>nodev</c> off the root's mount so that it has to be set again; null otherwise.</summary>
    public string? RootGuardPath { get; init; }

    /// <summary>The filter of system calls as the kernel takes it, for a runtime that can be given it so; empty has the runtime make it.</summary>
    public ReadOnlyMemory<byte> SeccompFilter { get; init; }

    /// <summary>Looks at this machine.</summary>
    public static HostTraits Read() => new()
    {
        InUserNamespace = UserNamespace.IsInside,
        HasOneId = UserNamespace.HasOneId,
        OpenFilesHardLimit = CurrentProcess.OpenFilesHardLimit,
        Capabilities = CapabilityNames.OfThisProcess(),
        LoopDevices = SpareLoopDevices + (Directory.Exists(BlockDevices) ? Directory.GetDirectories(BlockDevices, "loop*").Length : 0),
        HasSeccomp = File.Exists("/proc/sys/kernel/seccomp/actions_avail"),
        ThermalThrottlePaths =
        [
            .. Enumerable.Range(0, 4096)
                .Select(static cpu => $"/sys/devices/system/cpu/cpu{cpu}")
                .TakeWhile(Directory.Exists)
                .Select(static cpu => cpu + "/thermal_throttle")
                .Where(Directory.Exists),
        ],
    };
}
