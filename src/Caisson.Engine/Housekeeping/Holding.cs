using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>An entry of the store with what is behind it.</summary>
/// <param name="Entry">What people read of it.</param>
/// <param name="OwnBytes">What it takes of the disk besides its blobs.</param>
internal sealed record Holding(CacheEntry Entry, long OwnBytes)
{
    /// <summary>The layer's name; null when it is no layer.</summary>
    public string? Layer { get; init; }

    /// <summary>The layers that it stands on: without one of them it is of no use.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>The entry of the index that has no name and goes with it; null for everything but such images.</summary>
    public Digest? Unlisted { get; init; }

    /// <summary>The blobs that it needs.</summary>
    public ImmutableArray<Digest> Blobs { get; init; } = [];
}
