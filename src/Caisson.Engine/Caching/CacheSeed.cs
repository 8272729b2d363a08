using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Caching;

/// <summary>What a cache mount's directory begins with.</summary>
/// <param name="Name">Names the content: another is the beginning of another directory.</param>
/// <param name="FillAsync">Fills an empty directory with it, and returns what the directory itself is to be.</param>
internal sealed record CacheSeed(string Name, Func<string, CancellationToken, Task<FileEntry>> FillAsync);
