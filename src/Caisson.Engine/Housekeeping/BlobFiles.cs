using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>The blobs of the image store, as files.</summary>
/// <param name="storePath">The store.</param>
internal sealed class BlobFiles(string storePath)
{
    private static readonly string[] Algorithms = ["sha256", "sha512"];

    /// <summary>Where a blob is, relative to the store. This is also the name that it is claimed by.</summary>
    public static string PathOf(Digest blob) => $"images/blobs/{blob.Algorithm}/{blob.Hex}";

    /// <summary>All blobs that are there, with what each takes of the disk and when it came.</summary>
    public Dictionary<Digest, (long SizeBytes, FileTime Written)> Read()
    {
        Dictionary<Digest, (long, FileTime)> found = [];
        foreach (string algorithm in Algorithms)
        {
            string path = Path.Combine(storePath, "images", "blobs", algorithm);
            if (!Directory.Exists(path))
                continue;
            using DirectoryHandle directory = DirectoryHandle.Open(path);
            foreach (string name in directory.List())
            {
                if (Digest.TryParse($"{algorithm}:{name}", out Digest? digest) && directory.TryStatus(name) is { } status)
                    found.Add(digest, (DiskSpace.Of(status), status.Modified));
            }
        }
        return found;
    }
}
