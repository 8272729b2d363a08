using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>What a store holds.</summary>
/// <param name="Entries">Its entries, the largest first.</param>
/// <param name="TotalBytes">What all of them take of the disk; what several share is counted once.</param>
public sealed record DiskUsage(ImmutableArray<CacheEntry> Entries, long TotalBytes)
{
    /// <summary>What entries share with others, counted once.</summary>
    public long SharedBytes { get; init; }

    /// <summary>What could be freed now without touching what images that have names hold too.</summary>
    public long ReclaimableBytes { get; init; }

    /// <summary>What could be freed now when all of the cache is removed.</summary>
    public long AllReclaimableBytes { get; init; }
}
