using System.Collections.Concurrent;

namespace Caisson.Oci.Registry;

/// <summary>Runs equal work once at a time: who asks while it runs waits for its result. Nothing is kept afterwards.</summary>
internal sealed class SingleFlight<TKey, TResult>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Task<TResult>> _running = new();

    /// <summary>The result of <paramref name="work"/>, which may be another caller's. A caller that is cancelled leaves the work to the others.</summary>
    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            TaskCompletionSource<TResult> own = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<TResult> running = _running.GetOrAdd(key, own.Task);
            if (running == own.Task)
                return await LeadAsync(key, work, own, ct).ConfigureAwait(false);
            try
            {
                return await running.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // The one that ran it was cancelled; the next turn of the loop starts it again.
            }
        }
    }

    private async Task<TResult> LeadAsync(
        TKey key, Func<CancellationToken, Task<TResult>> work, TaskCompletionSource<TResult> own, CancellationToken ct)
    {
        Task<TResult> mine = StartAsync(work, ct);
        await ((Task)mine).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _running.TryRemove(new KeyValuePair<TKey, Task<TResult>>(key, own.Task));
        own.SetFromTask(mine);
        _ = own.Task.Exception; // observed: there may be no one waiting
        return await mine.ConfigureAwait(false);
    }

    // Work may fail before it has a task.
    private static async Task<TResult> StartAsync(Func<CancellationToken, Task<TResult>> work, CancellationToken ct) => await work(ct).ConfigureAwait(false);
}
