using System.Globalization;
using System.Text;
using Caisson.Engine.Graph;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Caching;

/// <summary>The directories behind cache mounts. They live as long as the store and are part of no image and no key.</summary>
/// <remarks>Thread-safe, and safe between processes.</remarks>
/// <param name="path">Where they are; made when needed.</param>
/// <param name="time">For waiting.</param>
internal sealed class CacheMountStore(string path, TimeProvider time)
{
    private const string DataName = "data";
    private const string LockName = "lock";

    /// <summary>Gives a step the directory of a cache mount, until the lease is disposed.</summary>
    /// <exception cref="IOException">The directory cannot be made.</exception>
    public async Task<CacheMountLease> LeaseAsync(StepMount.Cache mount, CancellationToken ct)
    {
        string first = Path.Combine(path, Digest.OfBytes(Encoding.UTF8.GetBytes(mount.Id)).Hex);
        if (mount.Sharing == CacheSharing.Private)
            return LeasePrivate(mount, first);
        string data = Make(mount, first);
        FileLock? held = mount.Sharing == CacheSharing.Locked ? await FileLock.AcquireAsync(Path.Combine(first, LockName), time, ct).ConfigureAwait(false) : null;
        return new CacheMountLease(data, held);
    }

    // The first of several directories that no one else has.
    private static CacheMountLease LeasePrivate(StepMount.Cache mount, string first)
    {
        for (int number = 1; ; number++)
        {
            string candidate = number == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}-{number}");
            string data = Make(mount, candidate);
            if (FileLock.TryAcquire(Path.Combine(candidate, LockName)) is { } held)
                return new CacheMountLease(data, held);
        }
    }

    private static string Make(StepMount.Cache mount, string directory)
    {
        string data = Path.Combine(directory, DataName);
        if (Directory.Exists(data))
            return data;
        Directory.CreateDirectory(directory);
        using DirectoryHandle parent = DirectoryHandle.Open(directory);
        try
        {
            parent.CreateDirectory(DataName, mount.Mode);
            parent.SetOwner(DataName, mount.Uid, mount.Gid);
            parent.SetMode(DataName, mount.Mode);
        }
        catch (SystemCallException e) when (e.ErrorNumber == Errno.EEXIST)
        {
            // Another step made it in the meantime.
        }
        return data;
    }
}
