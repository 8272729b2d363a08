using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>What a store held at one moment.</summary>
/// <param name="Holdings">Its entries.</param>
/// <param name="BlobBytes">What each blob takes of the disk.</param>
internal sealed record Inventory(ImmutableArray<Holding> Holdings, IReadOnlyDictionary<Digest, long> BlobBytes)
{
    /// <summary>What everything takes, each blob once.</summary>
    public long TotalBytes => Holdings.Sum(static h => h.OwnBytes) + BlobBytes.Values.Sum();

    /// <summary>What of it is cache: all but what images with names, and the books, take.</summary>
    public long CacheBytes => TotalBytes - BytesOf(Holdings.Where(static h => !h.Entry.IsCache));

    /// <summary>As its user sees it.</summary>
    public DiskUsage ToUsage()
    {
        ILookup<Digest, Holding> users = Holdings.SelectMany(static h => h.Blobs.Select(b => (Blob: b, Holding: h))).ToLookup(static u => u.Blob, static u => u.Holding);
        CacheEntry[] entries =
        [
            .. Holdings.Select(h => h.Entry with { SharedBytes = h.Blobs.Where(b => users[b].Skip(1).Any()).Sum(SizeOf) })
                .OrderByDescending(static e => e.SizeBytes).ThenBy(static e => e.Id, StringComparer.Ordinal),
        ];
        return new DiskUsage([.. entries], TotalBytes)
        {
            SharedBytes = users.Where(static u => u.Skip(1).Any()).Sum(u => SizeOf(u.Key)),
            ReclaimableBytes = FreedBy([.. Holdings.Where(static h => h.Entry.IsReclaimable && !h.Entry.IsShared)]),
            AllReclaimableBytes = FreedBy([.. Holdings.Where(static h => h.Entry.IsReclaimable)]),
        };
    }

    /// <summary>What the removal of entries frees: blobs that others need stay.</summary>
    public long FreedBy(IReadOnlyCollection<Holding> removed)
    {
        HashSet<Holding> gone = new(removed, ReferenceEqualityComparer.Instance);
        return TotalBytes - BytesOf(Holdings.Where(h => !gone.Contains(h)));
    }

    /// <summary>What there is without some entries, and the blobs that only these need.</summary>
    public Inventory Without(IReadOnlyCollection<Holding> removed)
    {
        HashSet<Holding> gone = new(removed, ReferenceEqualityComparer.Instance);
        ImmutableArray<Holding> left = [.. Holdings.Where(h => !gone.Contains(h))];
        HashSet<Digest> needed = [.. left.SelectMany(static h => h.Blobs)];
        return new Inventory(left, BlobBytes.Where(b => needed.Contains(b.Key)).ToDictionary());
    }

    private long BytesOf(IEnumerable<Holding> holdings)
    {
        HashSet<Digest> blobs = [];
        long bytes = 0;
        foreach (Holding holding in holdings)
        {
            bytes += holding.OwnBytes;
            blobs.UnionWith(holding.Blobs);
        }
        return bytes + blobs.Sum(SizeOf);
    }

    private long SizeOf(Digest blob) => BlobBytes.GetValueOrDefault(blob);
}
