using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Caching;

/// <summary>Cache mounts that other machines have saved.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface ISavedMounts
{
    /// <summary>Fills an empty directory with what was saved of a cache mount.</summary>
    /// <param name="name">Names the directory (<see cref="CacheMountStore.NameOf"/>).</param>
    /// <param name="directory">The directory.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What the directory itself is to be; null when nothing was saved, or it cannot be had: the directory is then as empty as before.</returns>
    Task<FileEntry?> TryRestoreAsync(Digest name, string directory, CancellationToken ct);

    /// <summary>The directory here has something in it, and stays as it is.</summary>
    void Keep(Digest name);
}
