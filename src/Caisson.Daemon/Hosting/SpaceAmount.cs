namespace Caisson.Daemon.Hosting;

/// <summary>A part of a disk: so many bytes, a share of it, or of both the lesser.</summary>
public sealed record SpaceAmount
{
    // What BuildKit takes for a share of a disk that does not say how large it is.
    private const long OfUnknownDisk = 2_000_000_000;

    /// <summary>The bytes; null for a share alone.</summary>
    public long? Bytes { get; init; }

    /// <summary>The share, of a hundred; null for bytes alone.</summary>
    public int? Percent { get; init; }

    /// <summary>The bytes that it comes to.</summary>
    /// <param name="diskBytes">The size of the disk; 0 when it is not known.</param>
    public long On(long diskBytes)
    {
        long share = Percent is not { } percent ? long.MaxValue : diskBytes == 0 ? OfUnknownDisk : diskBytes / 100 * percent;
        return Math.Min(share, Bytes ?? long.MaxValue);
    }
}
