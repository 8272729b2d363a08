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

    /// <summary>Joins the work on a key, or begins it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="begin">The work. Its token is cancelled when no one waits any more.</param>
    /// <param name="ct">Gives up waiting. Returns only when the work has ended, if this was the last one that waited.</param>
    public async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Work work = Join(key, begin);
        try
        {
            return await work.Result.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            await LeaveAsync(key, work).ConfigureAwait(false);
        }
    }

    private Work Join(string key, Func<CancellationToken, Task<T>> begin)
    {
        lock (_running)
        {
            if (_running.TryGetValue(key, out Work? running) && !running.Result.IsCompleted)
            {
                running.Waiting++;
                return running;
            }
            Work started = new(begin);
            _running[key] = started;
            return started;
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
        await work.EndAsync().ConfigureAwait(false);
    }

    private sealed class Work : IDisposable
    {
        private readonly CancellationTokenSource _abandoned = new();

        public Work(Func<CancellationToken, Task<T>> begin)
        {
            // On the pool: the caller holds the table's lock.
            Result = Task.Run(() => begin(_abandoned.Token));
        }

        public Task<T> Result { get; }

        public int Waiting { get; set; } = 1;

        public async Task EndAsync()
        {
            await _abandoned.CancelAsync().ConfigureAwait(false);
            // Its outcome is that of whoever waited; here only its end counts.
            await Result.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            Dispose();
        }

        public void Dispose() => _abandoned.Dispose();
    }
}
