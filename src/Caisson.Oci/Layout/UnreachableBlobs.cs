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
        RemoveLeftovers(root);
        foreach (DirectoryInfo directory in Directories(root))
        {
            foreach (FileInfo file in directory.GetFiles().OrderBy(static f => f.Name, StringComparer.Ordinal))
            {
                if (!Digest.TryParse($"{directory.Name}:{file.Name}", out Digest? digest) || stays(digest) || file.LastWriteTimeUtc >= writtenBefore?.UtcDateTime)
                    continue;
                long size = file.Length;
                file.Delete();
                removed.Add(digest);
                freedBytes += size;
            }
        }
        return new PruneResult(removed.ToImmutable(), freedBytes);
    }

    /// <summary>Removes the leftovers of dead processes.</summary>
    public static void RemoveLeftovers(string root)
    {
        WholeFile.RemoveLeftovers(root);
        foreach (DirectoryInfo directory in Directories(root))
            WholeFile.RemoveLeftovers(directory.FullName);
    }

    private static IEnumerable<DirectoryInfo> Directories(string root) => Algorithms
        .Select(algorithm => new DirectoryInfo(Path.Combine(root, LayoutPaths.Blobs, algorithm)))
        .Where(static d => d.Exists && d.LinkTarget is null);
}
