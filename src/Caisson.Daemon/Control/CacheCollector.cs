using Caisson.Daemon.Hosting;

namespace Caisson.Daemon.Control;

/// <summary>Removes cache after builds: at once, but not again within a minute, and not once the daemon is about to end. While nothing is built, it does nothing.</summary>
/// <remarks>BuildKit, control/control.go, <c>throttledGC</c>. Thread-safe.</remarks>
/// <param name="collect">Does it; null when there is nothing to do.</param>
/// <param name="warn">Is told when it fails.</param>
/// <param name="running">The end of the daemon, which waits for what is being done.</param>
/// <param name="time">The clock.</param>
internal sealed class CacheCollector(Func<CancellationToken, Task>? collect, Action<string> warn, RunningRequests running, TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly CancellationToken _stopping = running.Stopping;
    private readonly Lock _lock = new();
    private bool _isWanted;
    private bool _isAwake;

    /// <summary>A build has ended.</summary>
    public void Wake()
    {
        if (collect is null)
            return;
        lock (_lock)
        {
            _isWanted = true;
            if (_isAwake)
                return;
            _isAwake = true;
        }
        Task working = Task.Run(() => WorkAsync(collect));
        _ = working; // it does not fail
    }

    private async Task WorkAsync(Func<CancellationToken, Task> work)
    {
        while (IsWanted())
        {
            await CollectAsync(work).ConfigureAwait(false);
            await Task.Delay(Rest, time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsWanted()
    {
        lock (_lock)
        {
            _isAwake = _isWanted && !_stopping.IsCancellationRequested;
            _isWanted = false;
            return _isAwake;
        }
    }

    private async Task CollectAsync(Func<CancellationToken, Task> work)
    {
        // Begun before it is asked whether the end has: that waits for what it finds.
        using IDisposable working = running.Begin();
        if (_stopping.IsCancellationRequested)
            return;
        try
        {
            await work(_stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end; the store is whole.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            warn($"cache could not be removed by the rules of the configuration: {e.Message}");
        }
    }
}
