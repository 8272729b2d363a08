namespace Caisson.Engine;

/// <summary>What is to be removed of a store. Without anything said: the cache, but for what images that have names hold too. Images that have names stay.</summary>
public sealed record PruneRequest
{
    /// <summary>Whether results that images which have names hold too are removed as well.</summary>
    public bool All { get; init; }

    /// <summary>Only what was not used for this long.</summary>
    public TimeSpan? UnusedFor { get; init; }

    /// <summary>Only what this says yes to.</summary>
    public Func<CacheEntry, bool>? Filter { get; init; }

    /// <summary>Only as much, of what was not used for longest, as leaves a cache of this many bytes.</summary>
    public long? MaxUsedBytes { get; init; }

    /// <summary>The cache may always have this many bytes.</summary>
    public long? ReservedBytes { get; init; }

    /// <summary>Only as much, of what was not used for longest, as leaves this many bytes free on the disk.</summary>
    public long? MinFreeBytes { get; init; }

    /// <summary>Only as much, of what was not used for longest, as leaves a store of this many bytes, images included.</summary>
    public long? MaxStoreBytes { get; init; }

    /// <summary>Whether only to say what would be removed.</summary>
    public bool IsDryRun { get; init; }
}
