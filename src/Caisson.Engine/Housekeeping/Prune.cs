using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>
/// Removes what is not needed: first what names it, then the things themselves, which are moved to the work area as wholes and removed there. Killed at any
/// moment it leaves a store without gaps; what was moved is swept by the next command.
/// </summary>
internal sealed class Prune
{
    // Builds that want to claim something wait while so many are renamed: a millisecond.
    private const int AtOnce = 64;

    private readonly EngineParts _parts;
    private readonly string _store;
    private readonly Inventory _inventory;

    private Prune(EngineParts parts, Inventory inventory)
    {
        _parts = parts;
        _store = Path.GetFullPath(parts.Options.StatePath);
        _inventory = inventory;
    }

    /// <summary>What the store held when it was measured, in bytes.</summary>
    public long Bytes => _inventory.TotalBytes;

    /// <summary>Measures the store.</summary>
    public static async Task<Prune> BeginAsync(EngineParts parts, CancellationToken ct) => new(parts, await new InventoryReader(parts).ReadAsync(ct).ConfigureAwait(false));

    /// <summary>Chooses what several requests, one after the other, would remove: each has what those before it leave.</summary>
    public ImmutableArray<Holding> Choose(ImmutableArray<PruneRequest> requests)
    {
        DateTimeOffset now = _parts.Options.Time.GetUtcNow();
        long free = requests.Any(static r => r.MinFreeBytes is not null) ? new DriveInfo(_store).AvailableFreeSpace : 0;
        Inventory left = _inventory;
        ImmutableArray<Holding>.Builder chosen = ImmutableArray.CreateBuilder<Holding>();
        foreach (PruneRequest request in requests)
        {
            ImmutableArray<Holding> more = new Victims(left, request, now, free + Bytes - left.TotalBytes).Choose();
            chosen.AddRange(more);
            left = left.Without(more);
        }
        return chosen.ToImmutable();
    }

    /// <summary>Removes entries, but for those that someone began to use meanwhile.</summary>
    /// <returns>What was removed.</returns>
    public async Task<ImmutableArray<Holding>> RemoveAsync(ImmutableArray<Holding> chosen, CancellationToken ct)
    {
        _parts.Images.Layout.RemoveLeftovers();
        // 1. The records of steps that name layers, then the layers, and all else that is a directory or a file of its own.
        HashSet<string> going = new(chosen.Select(static h => h.Layer).OfType<string>(), StringComparer.Ordinal);
        _parts.Cache.Sweep(layer => going.Contains(layer) || !Directory.Exists(Path.Combine(_store, _parts.OwnName("layers"), layer)));
        ImmutableArray<Holding>.Builder removed = ImmutableArray.CreateBuilder<Holding>(chosen.Length);
        foreach (Holding[] some in chosen.Chunk(AtOnce))
        {
            ct.ThrowIfCancellationRequested();
            List<string> moved = [];
            _parts.Work.Claims.WhileNoneAreMade(claimed => removed.AddRange(some.Where(h => TryMove(h, claimed, moved))));
            Delete(moved);
        }
        ImmutableArray<Holding> gone = removed.ToImmutable();
        // 2. Images that have no name, then the blobs that nobody needs now. The index is written anew: on a full disk there is room for that by now.
        HashSet<Digest> unlisted = [.. gone.Select(static h => h.Unlisted).OfType<Digest>()];
        if (unlisted.Count > 0)
            await _parts.Images.Layout.UnlistAsync(unlisted, ct).ConfigureAwait(false);
        await RemoveBlobsAsync(gone, ct).ConfigureAwait(false);
        return gone;
    }

    /// <summary>What is told of the removal of entries.</summary>
    public PruneReport Report(ImmutableArray<Holding> removed)
    {
        long freed = _inventory.FreedBy(removed);
        return new PruneReport([.. removed.Select(static h => h.Entry)], freed, Bytes - freed);
    }

    private bool TryMove(Holding holding, IReadOnlySet<string> claimed, List<string> moved)
    {
        if (holding.Entry.Path is not { } path)
            return !holding.Blobs.Any(b => claimed.Contains(BlobFiles.PathOf(b)));
        if (claimed.Contains(path))
            return false;
        string full = Path.Combine(_store, path);
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
        // Someone who has ended by now may have used it since it was looked at.
        if (parent.TryStatus(Path.GetFileName(full)) is not { } status || status.Modified.ToDateTimeOffset() > holding.Entry.LastUsed)
            return false;
        moved.Add(Move(parent, Path.GetFileName(full)));
        return true;
    }

    private string Move(DirectoryHandle parent, string name)
    {
        string target = _parts.Work.NewPath("pruned");
        using DirectoryHandle work = DirectoryHandle.Open(_parts.Work.DirectoryPath);
        parent.Rename(name, work, Path.GetFileName(target));
        return target;
    }

    private static void Delete(List<string> moved)
    {
        foreach (string path in moved)
        {
            if (Directory.Exists(path))
                DirectoryRemoval.Remove(path);
            else
                File.Delete(path);
        }
    }

    // A blob that was needed by nothing when the store was looked at can have been found again by someone who has ended: then an image of the index, as it is now,
    // leads to it, or a layer that will do without it.
    private async Task RemoveBlobsAsync(ImmutableArray<Holding> gone, CancellationToken ct)
    {
        HashSet<Holding> removed = new(gone, ReferenceEqualityComparer.Instance);
        HashSet<Digest> going = [.. gone.SelectMany(static h => h.Blobs)];
        going.ExceptWith(_inventory.Holdings.Where(h => !removed.Contains(h)).SelectMany(static h => h.Blobs));
        if (going.Count == 0)
            return;
        List<string> moved = [];
        await _parts.Images.Layout.WhileUnchangedAsync(
            reachable => _parts.Work.Claims.WhileNoneAreMade(claimed =>
            {
                foreach (Digest blob in going.Where(b => !reachable.Contains(b) && !claimed.Contains(BlobFiles.PathOf(b))))
                {
                    string full = Path.Combine(_store, BlobFiles.PathOf(blob));
                    using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
                    if (parent.TryStatus(Path.GetFileName(full)) is not null)
                        moved.Add(Move(parent, Path.GetFileName(full)));
                }
            }),
            ct).ConfigureAwait(false);
        Delete(moved);
    }
}
