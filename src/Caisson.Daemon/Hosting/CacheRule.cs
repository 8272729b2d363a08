using System.Collections.Immutable;

namespace Caisson.Daemon.Hosting;

/// <summary>A rule by which a daemon removes cache of its own accord. Without limits and an age it removes all that it names.</summary>
public sealed record CacheRule
{
    /// <summary>Whether results that images which have names hold too are removed as well.</summary>
    public bool All { get; init; }

    /// <summary>Which entries it names, in BuildKit's spelling; empty for all.</summary>
    public ImmutableArray<string> Filters { get; init; } = [];

    /// <summary>Of these only what was not used for this long; null for whatever age.</summary>
    public TimeSpan? UnusedFor { get; init; }

    /// <summary>What the cache may always have; null for nothing.</summary>
    public SpaceAmount? Reserved { get; init; }

    /// <summary>What the cache may have at most; null for no limit.</summary>
    public SpaceAmount? MaxUsed { get; init; }

    /// <summary>What is to be free on the disk; null for no limit.</summary>
    public SpaceAmount? MinFree { get; init; }
}
