namespace Caisson.Daemon.Tests.Testing;

/// <summary>A clock whose timers go off when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<(TimerCallback Callback, object? State)> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == TimeSpan.Zero)
            return System.CreateTimer(callback, state, dueTime, period);
        lock (_timers)
            _timers.Add((callback, state));
        return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
