using System.Runtime.CompilerServices;
using Caisson.Linux.Files;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>Gives the files among a sequence of entries their digests, several at once, without changing the order.</summary>
public static class ContentHashing
{
    // Ahead of the slowest file; keeps the workers busy when one file is large.
    private const int QueuedPerWorker = 64;

    /// <summary>The same entries, files with the size and the digest that they had when they were read. Those that have a digest keep it.</summary>
    /// <param name="entries">Entries; enumerated on one thread, as far ahead as the workers need.</param>
    /// <param name="open">Opens the file of an entry; called from several threads.</param>
    /// <param name="parallelism">How many files are read at once.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async IAsyncEnumerable<FileEntry> HashAsync(
        IEnumerable<FileEntry> entries, Func<FileEntry, SafeFileHandle> open, int parallelism, [EnumeratorCancellation] CancellationToken ct)
    {
        using SemaphoreSlim workers = new(parallelism);
        Queue<Task<FileEntry>> queue = [];
        try
        {
            foreach (FileEntry entry in entries)
            {
                queue.Enqueue(entry is { Kind: EntryKind.File, Content: null } ? HashOneAsync(entry, open, workers, ct) : Task.FromResult(entry));
                if (queue.Count >= parallelism * QueuedPerWorker)
                    yield return await queue.Dequeue().ConfigureAwait(false);
            }
            while (queue.TryDequeue(out Task<FileEntry>? next))
                yield return await next.ConfigureAwait(false);
        }
        finally
        {
            // After a failure the others are awaited too: none may outlive the files they read.
            await Task.WhenAll(queue).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    private static async Task<FileEntry> HashOneAsync(FileEntry entry, Func<FileEntry, SafeFileHandle> open, SemaphoreSlim workers, CancellationToken ct)
    {
        await workers.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                () =>
                {
                    using SafeFileHandle file = open(entry);
                    (Digest digest, long sizeBytes) = FileContent.Hash(file, ct);
                    return entry with { Content = digest, SizeBytes = sizeBytes };
                },
                ct).ConfigureAwait(false);
        }
        finally
        {
            workers.Release();
        }
    }
}
