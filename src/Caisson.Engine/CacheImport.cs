namespace Caisson.Engine;

/// <summary>A shared cache that a build looks into.</summary>
/// <param name="Location">Where.</param>
public sealed record CacheImport(CacheLocation Location)
{
    /// <summary>How long it may take to find out what is in it; and how long nothing may move of a layer that is fetched from it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
