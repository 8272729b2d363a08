namespace Caisson.Daemon.Hosting;

/// <summary>Counts what is being answered, so that an end can wait for it.</summary>
internal sealed class RunningRequests : IDisposable
{
    /// <summary>What those are told whose work is given up.</summary>
    public const string Ended = "the daemon ends, and what was not finished in time is given up; try again when it is back";

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more until the end is asked for.
    private int _count = 1;

    /// <summary>The daemon is about to end: what waits without working for somebody stops waiting.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The daemon's patience is at its end: what works for somebody stops, too.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>A request has come; it has been answered when the result is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _count);
        return new Running(this);
    }

    /// <summary>Says that the end has begun.</summary>
    /// <param name="grace">How long work may go on.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _ending.CancelAfter(grace);
    }

    /// <summary>The grace is over now.</summary>
    public void Hurry() => _ending.Cancel();

    /// <summary>Waits until everything is answered.</summary>
    /// <param name="limit">For how long.</param>
    /// <returns>How many requests go on still.</returns>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        End();
        await _ended.Task.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Volatile.Read(ref _count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _ending.Dispose();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            _ended.TrySetResult();
    }

    private sealed class Running(RunningRequests all) : IDisposable
    {
        public void Dispose() => all.End();
    }
}
