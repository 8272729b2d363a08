using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Housekeeping;

/// <summary>
/// Removes what is not needed: first what names it, then the things themselves, which are moved to the work area as wholes and removed there. Killed at any
/// moment it leaves a store without gaps; what was moved is swept by the next command.
/// </summary>
/// <param name="parts">The engine.</param>
internal sealed class Prune(EngineParts parts)
{
    // Builds that want to claim something wait while so many are renamed: a millisecond.
    private const int AtOnce = 64;

    private readonly string _store = Path.GetFullPath(parts.Options.StatePath);

    /// <summary>Does it.</summary>
    public async Task<PruneReport> RunAsync(PruneRequest request, CancellationToken ct)
    {
        Inventory inventory = await new InventoryReader(parts).ReadAsync(ct).ConfigureAwait(false);
        long free = request.MinFreeBytes is null ? 0 : new DriveInfo(_store).AvailableFreeSpace;
        ImmutableArray<Holding> chosen = new Victims(inventory, request, parts.Options.Time.GetUtcNow(), free).Choose();
        if (!request.IsDryRun)
            chosen = await RemoveAsync(inventory, chosen, ct).ConfigureAwait(false);
        long freed = inventory.FreedBy(chosen);
        return new PruneReport([.. chosen.Select(static h => h.Entry)], freed, inventory.TotalBytes - freed);
    }

    /// <summary>Removes entries, but for those that someone began to use meanwhile.</summary>
    /// <returns>What was removed.</returns>
    public async Task<ImmutableArray<Holding>> RemoveAsync(Inventory inventory, ImmutableArray<Holding> chosen, CancellationToken ct)
    {
        parts.Images.Layout.RemoveLeftovers();
        // 1. The records of steps that name layers, then the layers, and all else that is a directory or a file of its own.
        HashSet<string> going = new(chosen.Select(static h => h.Layer).OfType<string>(), StringComparer.Ordinal);
        parts.Cache.Sweep(layer => going.Contains(layer) || !Directory.Exists(Path.Combine(_store, parts.OwnName("layers"), layer)));
        ImmutableArray<Holding>.Builder removed = ImmutableArray.CreateBuilder<Holding>(chosen.Length);
        foreach (Holding[] some in chosen.Chunk(AtOnce))
        {
            ct.ThrowIfCancellationRequested();
            List<string> moved = [];
            parts.Work.Claims.WhileNoneAreMade(claimed => removed.AddRange(some.Where(h => TryMove(h, claimed, moved))));
            Delete(moved);
        }
        ImmutableArray<Holding> gone = removed.ToImmutable();
        // 2. Images that have no name, then the blobs that nobody needs now. The index is written anew: on a full disk there is room for that by now.
        HashSet<Digest> unlisted = [.. gone.Select(static h => h.Unlisted).OfType<Digest>()];
        if (unlisted.Count > 0)
            await parts.Images.Layout.UnlistAsync(unlisted, ct).ConfigureAwait(false);
        await RemoveBlobsAsync(inventory, gone, ct).ConfigureAwait(false);
        return gone;
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
        string target = parts.Work.NewPath("pruned");
        using DirectoryHandle work = DirectoryHandle.Open(parts.Work.DirectoryPath);
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
    private async Task RemoveBlobsAsync(Inventory inventory, ImmutableArray<Holding> gone, CancellationToken ct)
    {
        HashSet<Holding> removed = new(gone, ReferenceEqualityComparer.Instance);
        HashSet<Digest> going = [.. gone.SelectMany(static h => h.Blobs)];
        going.ExceptWith(inventory.Holdings.Where(h => !removed.Contains(h)).SelectMany(static h => h.Blobs));
        if (going.Count == 0)
            return;
        List<string> moved = [];
        await parts.Images.Layout.WhileUnchangedAsync(
            reachable => parts.Work.Claims.WhileNoneAreMade(claimed =>
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
