using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>Removes files of blobs.</summary>
internal static class UnreachableBlobs
{
    private static readonly string[] Algorithms = ["sha256", "sha512"];

    /// <summary>Removes the blobs that are not to stay, and leftovers of dead processes. Files that are no blobs are left alone.</summary>
    public static PruneResult Remove(string root, Func<Digest, bool> stays, DateTimeOffset? writtenBefore)
    {
        ImmutableArray<Digest>.Builder removed = ImmutableArray.CreateBuilder<Digest>();
        long freedBytes = 0;
        WholeFile.RemoveLeftovers(root);
        foreach (string algorithm in Algorithms)
        {
            DirectoryInfo directory = new(Path.Combine(root, LayoutPaths.Blobs, algorithm));
            if (!directory.Exists || directory.LinkTarget is not null)
                continue;
            WholeFile.RemoveLeftovers(directory.FullName);
            foreach (FileInfo file in directory.GetFiles().OrderBy(static f => f.Name, StringComparer.Ordinal))
            {
                if (!Digest.TryParse($"{algorithm}:{file.Name}", out Digest? digest) || stays(digest) || file.LastWriteTimeUtc >= writtenBefore?.UtcDateTime)
                    continue;
                long size = file.Length;
                file.Delete();
                removed.Add(digest);
                freedBytes += size;
            }
        }
        return new PruneResult(removed.ToImmutable(), freedBytes);
    }
}
