using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>Gives the files among a sequence of entries their digests, several at once, without changing the order.</summary>
public static class ContentHashing
{
    // Ahead of the slowest file; keeps the workers busy when one file is large.
    private const int QueuedPerWorker = 64;

    /// <summary>Passes the entries on, files with the size and the digest that they had when they were read. Those that have a digest keep it.</summary>
    /// <param name="entries">Entries; enumerated on one thread, as far ahead as the workers need.</param>
    /// <param name="hash">Reads the file of an entry; called from several threads.</param>
    /// <param name="parallelism">How many files are read at once.</param>
    /// <param name="add">Takes the entries in their order, one at a time.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task HashAsync(
        IEnumerable<FileEntry> entries, Func<FileEntry, (Digest Content, long SizeBytes)> hash, int parallelism, Action<FileEntry> add, CancellationToken ct)
    {
        using SemaphoreSlim workers = new(parallelism);
        Queue<Task<FileEntry>> queue = [];
        try
        {
            foreach (FileEntry entry in entries)
            {
                ct.ThrowIfCancellationRequested();
                bool isKnown = entry is not { Kind: EntryKind.File, Content: null };
                // Most entries are known in most builds: these pass without a task.
                if (isKnown && queue.Count == 0)
                {
                    add(entry);
                    continue;
                }
                queue.Enqueue(isKnown ? Task.FromResult(entry) : HashOneAsync(entry, hash, workers, ct));
                if (queue.Count >= parallelism * QueuedPerWorker)
                    add(await queue.Dequeue().ConfigureAwait(false));
                while (queue.TryPeek(out Task<FileEntry>? first) && first.IsCompletedSuccessfully)
                    add(await queue.Dequeue().ConfigureAwait(false));
            }
            while (queue.TryDequeue(out Task<FileEntry>? next))
                add(await next.ConfigureAwait(false));
        }
        finally
        {
            // After a failure the others are awaited too: none may outlive the files they read.
            foreach (Task left in queue)
                await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<FileEntry> HashOneAsync(
        FileEntry entry, Func<FileEntry, (Digest Content, long SizeBytes)> hash, SemaphoreSlim workers, CancellationToken ct)
    {
        await workers.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                () =>
                {
                    (Digest content, long sizeBytes) = hash(entry);
                    return entry with { Content = content, SizeBytes = sizeBytes };
                },
                ct).ConfigureAwait(false);
        }
        finally
        {
            workers.Release();
        }
    }
}
