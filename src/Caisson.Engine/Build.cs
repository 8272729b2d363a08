using Caisson.Engine.Events;

namespace Caisson.Engine;

/// <summary>A build that goes on.</summary>
public sealed class Build : IAsyncDisposable
{
    private readonly EventLog _events;
    private readonly CancellationTokenSource _stop;

    internal Build(EventLog events, CancellationTokenSource stop, Func<CancellationToken, Task<BuildResult>> run)
    {
        _events = events;
        _stop = stop;
        Completion = RunAsync(run);
    }

    /// <summary>What happens, as it happens; ends with the build. May be read once; whoever does not read it does not hold up the build.</summary>
    public IAsyncEnumerable<BuildEvent> Events => _events.ReadAllAsync(CancellationToken.None);

    /// <summary>The result. Fails with <see cref="BuildException"/> when the build cannot be done.</summary>
    public Task<BuildResult> Completion { get; }

    /// <summary>Stops the build if it still goes on, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<BuildResult> RunAsync(Func<CancellationToken, Task<BuildResult>> run)
    {
        try
        {
            return await Task.Run(() => run(_stop.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e) is { } explained)
        {
            throw explained;
        }
        finally
        {
            _events.Complete();
        }
    }
}
