using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;

namespace Caisson.Engine;

/// <summary>A build that goes on.</summary>
public sealed class Build : IAsyncDisposable
{
    private readonly EventLog _events;
    private readonly CancellationTokenSource _stop;
    private readonly RecordedRun _run;

    internal Build(EventLog events, CancellationTokenSource stop, RecordedRun run)
    {
        _events = events;
        _stop = stop;
        _run = run;
        Completion = RunAsync(run.RunAsync);
    }

    /// <summary>What happens, as it happens; ends with the build. May be read once; whoever does not read it does not hold up the build.</summary>
    public IAsyncEnumerable<BuildEvent> Events => _events.ReadAllAsync(CancellationToken.None);

    /// <summary>Whether something happened that its reader has not come to yet.</summary>
    public bool HasMoreEvents => _events.HasMore;

    /// <summary>The result. Fails with <see cref="BuildException"/> when the build cannot be done.</summary>
    public Task<BuildResult> Completion { get; }

    /// <summary>The Dockerfile; null until it has been read, which is before the first event of one of its steps.</summary>
    public SourceText? Dockerfile => _events.Dockerfile;

    /// <summary>The step whose program failed, when the build was to hold it (<see cref="FailureAction.Hold"/>); null before the build has failed, and when it failed otherwise. Goes with the build.</summary>
    public HeldStep? Held => _run.Held;

    /// <summary>What belongs to this build alone; null for nothing.</summary>
    internal IAsyncDisposable? Own { get; init; }

    /// <summary>Stops the build if it still goes on, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        Held?.Dispose();
        if (Own is not null)
            await Own.DisposeAsync().ConfigureAwait(false);
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
