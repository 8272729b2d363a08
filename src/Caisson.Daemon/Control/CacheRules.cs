using System.Collections.Immutable;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Control;

namespace Caisson.Daemon.Control;

/// <summary>Rules by which cache is removed, as messages have them: in bytes, 0 for no limit.</summary>
internal static class CacheRules
{
    /// <summary>The rules of a configuration.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="diskBytes">The size of the disk that the store is on; 0 when it is not known.</param>
    public static ImmutableArray<GCPolicy> On(ImmutableArray<CacheRule> rules, long diskBytes) => [.. rules.Select(rule => new GCPolicy
    {
        All = rule.All,
        Filters = { rule.Filters },
        KeepDuration = (rule.UnusedFor ?? TimeSpan.Zero).Ticks * TimeSpan.NanosecondsPerTick,
        ReservedSpace = rule.Reserved?.On(diskBytes) ?? 0,
        MaxUsedSpace = rule.MaxUsed?.On(diskBytes) ?? 0,
        MinFreeSpace = rule.MinFree?.On(diskBytes) ?? 0,
    })];

    /// <summary>The limit of the store, which every build keeps.</summary>
    public static ImmutableArray<GCPolicy> Limit(long? bytes) => bytes is { } most ? [new GCPolicy { All = true, MaxUsedSpace = most }] : [];
}
