using System.Globalization;
using Caisson.Engine.Graph;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Caching;

/// <summary>The directories behind cache mounts. They live as long as the store and are part of no image and no key.</summary>
/// <remarks>
/// Thread-safe, and safe between processes. Whoever uses a directory holds its lock: one who shares it together with others who do, anyone else alone.
/// </remarks>
/// <param name="path">Where they are; made when needed.</param>
/// <param name="work">For what is being made, on the same file system.</param>
/// <param name="time">For waiting.</param>
internal sealed class CacheMountStore(string path, WorkArea work, TimeProvider time)
{
    private const string DataName = "data";
    private const string LockName = "lock";
    private const string IdName = "id"; // for people who ask what there is

    /// <summary>Names the directory of a cache mount: by its id, by what it begins with, and by whose it is.</summary>
    public static Digest NameOf(StepMount.Cache mount, CacheSeed? seed)
    {
        using CanonicalEncoder encoder = new("cache mount");
        encoder.Add(mount.Id);
        encoder.Add(seed?.Name);
        encoder.Add(seed is null ? mount.Mode : -1);
        encoder.Add(seed is null ? mount.Uid : -1);
        encoder.Add(seed is null ? mount.Gid : -1);
        return encoder.Complete();
    }

    /// <summary>Gives a step the directory of a cache mount, until the lease is disposed.</summary>
    /// <remarks>
    /// As in BuildKit: who locks waits until no one uses the directory. Who shares, or wants one alone, does not wait: where another has locked it, the step
    /// gets a further directory of that name.
    /// </remarks>
    /// <param name="mount">The mount.</param>
    /// <param name="seed">What its directory begins with; null when that is nothing.</param>
    /// <param name="saved">What other machines have saved of it: taken when nothing is here. Null for nothing.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">The directory cannot be made.</exception>
    public async Task<CacheMountLease> LeaseAsync(StepMount.Cache mount, CacheSeed? seed, ISavedMounts? saved, CancellationToken ct)
    {
        string first = Path.Combine(path, NameOf(mount, seed).Hex);
        for (int number = 1; ; number++)
        {
            string directory = number == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}-{number}");
            // Claimed before it is looked at: from then on nobody removes it.
            work.Claims.AddNew($"{Path.GetFileName(path)}/{Path.GetFileName(directory)}");
            Directory.CreateDirectory(directory);
            string lockPath = Path.Combine(directory, LockName);
            Beginning beginning = new(mount, seed, saved);
            // Before it is shared: from then on others have it mounted.
            if (mount.Sharing == CacheSharing.Shared)
                await RestoreAloneAsync(directory, beginning, ct).ConfigureAwait(false);
            FileLock? held = mount.Sharing switch
            {
                CacheSharing.Locked => await FileLock.AcquireAsync(lockPath, time, ct).ConfigureAwait(false),
                CacheSharing.Shared => FileLock.TryAcquireShared(lockPath),
                _ => FileLock.TryAcquire(lockPath),
            };
            if (held is not null)
                return await LeaseAsync(directory, held, beginning, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the directory of a cache mount is there by now.</summary>
    public bool Has(StepMount.Cache mount, CacheSeed? seed) => Directory.Exists(Path.Combine(path, NameOf(mount, seed).Hex, DataName));

    /// <summary>All directories, for housekeeping: where each is, and the id of its mount; null for one whose id was not written down.</summary>
    public IEnumerable<(string Path, string? Id)> List()
    {
        if (!Directory.Exists(path))
            yield break;
        foreach (string directory in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
            yield return (directory, ReadId(directory));
    }

    /// <summary>The directory of a cache mount, locked for one who uses it alone.</summary>
    /// <param name="directory">As <see cref="List"/> gives it.</param>
    /// <param name="ct">Gives up waiting for those who use it.</param>
    /// <returns>Null when it is gone, or nothing is in it yet.</returns>
    public async Task<CacheMountLease?> LockAsync(string directory, CancellationToken ct)
    {
        work.Claims.Add($"{Path.GetFileName(path)}/{Path.GetFileName(directory)}");
        string data = Path.Combine(directory, DataName);
        if (!Directory.Exists(data))
            return null;
        return new CacheMountLease(data, await FileLock.AcquireAsync(Path.Combine(directory, LockName), time, ct).ConfigureAwait(false));
    }

    private async Task<CacheMountLease> LeaseAsync(string directory, FileLock held, Beginning beginning, CancellationToken ct)
    {
        try
        {
            string data = Path.Combine(directory, DataName);
            Directory.SetLastWriteTimeUtc(directory, time.GetUtcNow().UtcDateTime);
            if (!Directory.Exists(data))
                await MakeAsync(directory, beginning, ct).ConfigureAwait(false);
            else if (beginning.Mount.Sharing != CacheSharing.Shared)
                await RestoreAsync(directory, beginning, ct).ConfigureAwait(false);
            return new CacheMountLease(data, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // Made elsewhere, then put in its place as it is. Of two that share it and make it at once, one comes first.
    private async Task MakeAsync(string directory, Beginning beginning, CancellationToken ct)
    {
        (StepMount.Cache mount, CacheSeed? seed, ISavedMounts? saved) = beginning;
        string made = work.NewDirectory("cache");
        FileEntry? own = saved is null ? null : await saved.TryRestoreAsync(NameOf(mount, seed), made, ct).ConfigureAwait(false);
        own ??= seed is null ? null : await seed.FillAsync(made, ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(directory, IdName), mount.Id, ct).ConfigureAwait(false);
        Publish(made, directory, own ?? new FileEntry { Path = "", Kind = EntryKind.Directory, Mode = mount.Mode, Uid = mount.Uid, Gid = mount.Gid });
    }

    // Where others have it mounted, what they have is the cache.
    private async Task RestoreAloneAsync(string directory, Beginning beginning, CancellationToken ct)
    {
        string data = Path.Combine(directory, DataName);
        if (beginning.Saved is null || !Directory.Exists(data))
            return;
        using FileLock? alone = IsEmpty(data) ? FileLock.TryAcquire(Path.Combine(directory, LockName)) : null;
        if (alone is not null || !IsEmpty(data))
            await RestoreAsync(directory, beginning, ct).ConfigureAwait(false);
    }

    // An empty one is as good as none. Nobody else uses it meanwhile, unless it is not empty.
    private async Task RestoreAsync(string directory, Beginning beginning, CancellationToken ct)
    {
        if (beginning.Saved is not { } saved)
            return;
        Digest name = NameOf(beginning.Mount, beginning.Seed);
        string data = Path.Combine(directory, DataName);
        if (!IsEmpty(data))
        {
            saved.Keep(name);
            return;
        }
        string made = work.NewDirectory("cache");
        if (await saved.TryRestoreAsync(name, made, ct).ConfigureAwait(false) is { } own)
        {
            Directory.Delete(data);
            Publish(made, directory, own);
        }
        else
        {
            DirectoryRemoval.Remove(made);
        }
    }

    // Others may remove it just now.
    private static string? ReadId(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, IdName));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static bool IsEmpty(string directory) => Directory.GetFileSystemEntries(directory).Length == 0;

    private static void Publish(string made, string directory, FileEntry own)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(directory);
        using DirectoryHandle source = DirectoryHandle.Open(Path.GetDirectoryName(made)!); // a path in the work area
        string name = Path.GetFileName(made);
        source.SetOwnerOrRoot(name, own.Uid, own.Gid);
        source.SetMode(name, own.Mode);
        if (!source.TryRenameNew(name, parent, DataName))
            DirectoryRemoval.Remove(made);
    }

    private sealed record Beginning(StepMount.Cache Mount, CacheSeed? Seed, ISavedMounts? Saved);
}
