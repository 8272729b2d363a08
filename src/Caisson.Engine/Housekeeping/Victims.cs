using System.Collections.Immutable;

namespace Caisson.Engine.Housekeeping;

/// <summary>Chooses what is removed.</summary>
/// <param name="inventory">What there is.</param>
/// <param name="request">What is asked for.</param>
/// <param name="now">The time.</param>
/// <param name="freeBytes">What is free on the disk.</param>
internal sealed class Victims(Inventory inventory, PruneRequest request, DateTimeOffset now, long freeBytes)
{
    /// <summary>The choice, what was not used for longest first.</summary>
    public ImmutableArray<Holding> Choose()
    {
        ImmutableArray<Holding> chosen = ChooseAlone();
        HashSet<string> layers = new(chosen.Select(static h => h.Layer).OfType<string>(), StringComparer.Ordinal);
        HashSet<Holding> going = new(chosen, ReferenceEqualityComparer.Instance);
        // What stands on a layer that goes, goes before it.
        return [.. inventory.Holdings.Where(h => !going.Contains(h) && h.Needs.Any(layers.Contains)), .. chosen.OrderBy(static h => h.Needs.IsEmpty)];
    }

    private ImmutableArray<Holding> ChooseAlone()
    {
        Holding[] candidates =
        [
            .. inventory.Holdings.Where(IsAllowed).OrderBy(static h => h.Entry.LastUsed).ThenBy(static h => h.Entry.Id, StringComparer.Ordinal),
        ];
        long excess = ExcessBytes();
        if (excess == long.MaxValue)
            return [.. candidates];
        if (excess <= 0)
            return [];
        return [.. candidates.Take(Enough(candidates, excess))];
    }

    private bool IsAllowed(Holding holding) =>
        holding.Entry.IsReclaimable
        && (request.All || !holding.Entry.IsShared)
        && (request.UnusedFor is not { } age || now - holding.Entry.LastUsed >= age)
        && (request.Filter is not { } filter || filter(holding.Entry));

    // What must go; everything may when no limit is given. BuildKit: cache/manager.go, calculateKeepBytes.
    private long ExcessBytes()
    {
        if (request.MaxStoreBytes is { } store)
            return inventory.TotalBytes - store;
        if (request is { MaxUsedBytes: null, MinFreeBytes: null, ReservedBytes: null })
            return long.MaxValue;
        long cache = inventory.CacheBytes;
        long keep = request.MaxUsedBytes ?? (request.MinFreeBytes is null ? 0 : cache);
        if (request.MinFreeBytes is { } wanted && wanted > freeBytes)
            keep = Math.Min(keep, cache - (wanted - freeBytes));
        return cache - Math.Max(keep, request.ReservedBytes ?? 0);
    }

    // Blobs that several need are free only when the last of them goes: so the sum is made over and over, on the way to the first that is enough.
    private int Enough(Holding[] candidates, long excess)
    {
        int low = 1;
        int high = candidates.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (inventory.FreedBy(candidates[..middle]) >= excess)
                high = middle;
            else
                low = middle + 1;
        }
        return Math.Min(low, candidates.Length);
    }
}
