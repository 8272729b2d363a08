using Caisson.Linux.Files;

namespace Caisson.Engine.Caching;

/// <summary>A cache mount's directory, held for a step.</summary>
internal sealed class CacheMountLease(string directory, FileLock held) : IDisposable
{
    /// <summary>The directory.</summary>
    public string DirectoryPath { get; } = directory;

    /// <summary>Lets others have it.</summary>
    public void Dispose() => held.Dispose();
}
