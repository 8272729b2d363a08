namespace Caisson.Engine;

/// <summary>Something that the store holds.</summary>
/// <param name="Id">Its name: a layer's name in the store, a digest, or the id of a cache mount.</param>
/// <param name="Type">What it is, one of <see cref="CacheEntryTypes"/>.</param>
/// <param name="SizeBytes">What it takes of the disk, what it shares with others included.</param>
/// <param name="LastUsed">When it was last used.</param>
public sealed record CacheEntry(string Id, string Type, long SizeBytes, DateTimeOffset LastUsed)
{
    /// <summary>What people read, for example the instruction that it came about by; empty when nothing is known.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where it is, relative to the store; null when it is nothing but blobs.</summary>
    public string? Path { get; init; }

    /// <summary>What of its size other entries need too, in bytes.</summary>
    public long SharedBytes { get; init; }

    /// <summary>Whether a command that is running needs it.</summary>
    public bool IsInUse { get; init; }

    /// <summary>Whether an image that has a name holds the same: then it is removed only when all of the cache is.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether steps may still change it.</summary>
    public bool IsMutable { get; init; }

    /// <summary>Whether it is cache at all; otherwise it stays whatever is asked for: an image that has a name, or what the store keeps its books in.</summary>
    public bool IsCache { get; init; } = true;

    /// <summary>Whether it could be removed now, if all of the cache were to be.</summary>
    public bool IsReclaimable => IsCache && !IsInUse;
}
