using System.Collections.Immutable;
using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>A layer of the store, as housekeeping sees it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="SizeBytes">What it takes of the disk in all its forms but blobs.</param>
/// <param name="LastUsed">When it was last used, or got a form.</param>
public sealed record StoredLayer(LayerId Id, long SizeBytes, FileTime LastUsed)
{
    /// <summary>What it came about by; null when that is not known.</summary>
    public string? About { get; init; }

    /// <summary>The names of what is in it.</summary>
    public required ImmutableArray<string> Forms { get; init; }
}
