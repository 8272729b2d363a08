using System.Collections.Immutable;

namespace Caisson.Engine.Caching;

/// <summary>A file system, by name.</summary>
internal sealed record StateRecord
{
    /// <summary>Chain ID of the image at its bottom; null when there is none.</summary>
    public string? Image { get; init; }

    /// <summary>Names of the layers that were built on it, lowest first.</summary>
    public required ImmutableArray<string> Layers { get; init; }
}
