namespace Caisson.Engine.RemoteCaching;

/// <summary>What was found in the place of a shared cache.</summary>
/// <param name="Exists">Whether anything is there.</param>
/// <param name="Document">What it says; null when nothing in it is for us: another builder made it.</param>
internal sealed record CacheReading(bool Exists, CacheDocument? Document)
{
    /// <summary>Nothing is there.</summary>
    public static CacheReading Nothing { get; } = new(false, null);
}
