using System.Threading.Channels;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A clock whose timers go off when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<(TimerCallback Callback, object? State)> _timers = [];
    private readonly Channel<TimeSpan> _begun = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == TimeSpan.Zero)
            return System.CreateTimer(callback, state, dueTime, period);
        lock (_timers)
            _timers.Add((callback, state));
        _begun.Writer.TryWrite(dueTime);
        return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until a timer of this length is begun that was not waited for yet.</summary>
    public async Task BegunAsync(TimeSpan length)
    {
        while (await _begun.Reader.ReadAsync(TestContext.Current.CancellationToken) != length)
            continue;
    }

    /// <summary>All that were to go off at some time go off now.</summary>
    public void End()
    {
        lock (_timers)
        {
            foreach ((TimerCallback callback, object? state) in _timers)
                callback(state);
        }
    }
}
