namespace Caisson.Engine.Vendoring;

/// <summary>Where go works.</summary>
/// <param name="Directory">The directory of the module.</param>
/// <param name="ModuleCache">The directory that modules are kept in.</param>
internal sealed record GoPlace(string Directory, string ModuleCache)
{
    /// <summary>Where modules come from; null for where the surroundings say.</summary>
    public string? Proxy { get; init; }

    /// <summary>Where packages are looked for: <c>vendor</c> or <c>mod</c>; null for the latter.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether nothing outside is asked, the database of sums included.</summary>
    public bool IsClosed { get; init; }

    /// <summary>The part of <see cref="ModuleCache"/> that is a module proxy in files.</summary>
    public string DownloadCache => DownloadCacheOf(ModuleCache);

    /// <summary>The part of a module cache that is a module proxy in files.</summary>
    public static string DownloadCacheOf(string moduleCache) => Path.Combine(moduleCache, "cache", "download");
}
