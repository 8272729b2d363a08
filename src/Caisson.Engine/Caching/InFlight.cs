namespace Caisson.Engine.Caching;

/// <summary>
/// Work that is going on, by key. Whoever asks for a key that is being worked on waits for that work instead of doing it again; when the last
/// one that waits gives up, the work is cancelled.
/// </summary>
/// <remarks>
/// Thread-safe, and shared between builds. Nothing is kept: a key that is finished is worked on again by the next one that asks, whose
/// work should begin with a look at what is stored.
/// </remarks>
/// <typeparam name="T">What the work gives.</typeparam>
internal sealed class InFlight<T>
{
    private readonly Dictionary<string, Work> _running = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the work uses what belongs to whoever began it: that one then stays until the work has ended, even when it has given up
    /// and others still wait.
    /// </summary>
    public bool UsesBeginner { get; init; }

    /// <summary>Where the work goes on.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Joins the work on a key, or begins it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="begin">The work. Its token is cancelled when no one waits any more.</param>
    /// <param name="ct">Gives up waiting. The last one that waited returns only when the work has ended.</param>
    /// <param name="waiter">Who waits, to hear from the one that begins the work, or to be heard by those that join; null when there is nothing to hear.</param>
    public async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> begin, CancellationToken ct, IWaiter? waiter = null)
    {
        ct.ThrowIfCancellationRequested();
        Work work = Join(key, begin, waiter, out bool isOwn);
        try
        {
            if (!isOwn && work.Beginner is { } beginner)
                waiter?.Follow(beginner);
            return await Scheduler.Await(work.Result).WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            await LeaveAsync(key, work).ConfigureAwait(false);
            if (isOwn && UsesBeginner)
                await work.EndAsync().ConfigureAwait(false);
        }
    }

    private Work Join(string key, Func<CancellationToken, Task<T>> begin, IWaiter? waiter, out bool isOwn)
    {
        lock (_running)
        {
            isOwn = !_running.TryGetValue(key, out Work? running) || running.Result.IsCompleted;
            if (isOwn)
                _running[key] = running = new Work(begin, Scheduler) { Beginner = waiter };
            running!.Waiting++; // found or made above
            return running;
        }
    }

    private async Task LeaveAsync(string key, Work work)
    {
        lock (_running)
        {
            if (--work.Waiting > 0)
                return;
            if (_running.GetValueOrDefault(key) == work)
                _running.Remove(key);
        }
        work.Cancel();
        await work.EndAsync().ConfigureAwait(false);
        work.Dispose();
    }

    private sealed class Work : IDisposable
    {
        private readonly CancellationTokenSource _abandoned = new();

        public Work(Func<CancellationToken, Task<T>> begin, TaskScheduler scheduler)
        {
            // On the scheduler: the caller holds the table's lock.
            Result = scheduler.Start(() => begin(_abandoned.Token), CancellationToken.None);
        }

        public Task<T> Result { get; }

        public IWaiter? Beginner { get; init; }

        public int Waiting { get; set; }

        public void Cancel() => _abandoned.Cancel();

        // Its outcome is that of whoever waited; here only its end counts.
        public Task EndAsync() =>
            Result.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        public void Dispose() => _abandoned.Dispose();
    }
}
