using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>What of a graph is read.</summary>
public sealed record GraphReading
{
    /// <summary>All that the name leads to.</summary>
    public static GraphReading All { get; } = new();

    /// <summary>Whether an entry of an index is wanted; those that are not count as missing.</summary>
    public Func<Descriptor, bool> Wants { get; init; } = static _ => true;

    /// <summary>Whether manifests that say something about those of the graph are read as well.</summary>
    public bool WithReferrers { get; init; }

    /// <summary>Reads what may be an image for the platform.</summary>
    public static GraphReading For(Platform platform) => new()
    {
        Wants = entry => entry.Platform is not { } offered || MediaTypes.IsIndex(entry.MediaType) || platform.Accepts(offered),
    };
}
