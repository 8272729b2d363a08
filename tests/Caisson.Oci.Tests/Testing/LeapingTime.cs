namespace Caisson.Oci.Tests.Testing;

/// <summary>
/// A clock that jumps over short waits instead of waiting, and writes them down. Longer timers, such as those that end silent
/// connections, stand still until <see cref="Advance"/>.
/// </summary>
internal sealed class LeapingTime : TimeProvider
{
    private static readonly TimeSpan LongestLeap = TimeSpan.FromSeconds(90);
    private readonly Lock _lock = new();
    private readonly List<Timer> _standing = [];
    private readonly List<TimeSpan> _leaps = [];
    private DateTimeOffset _now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The waits that were jumped over, in order.</summary>
    public IReadOnlyList<TimeSpan> Leaps
    {
        get
        {
            lock (_lock)
                return [.. _leaps];
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    /// <summary>Moves the clock and ends what is due by then.</summary>
    public void Advance(TimeSpan time)
    {
        List<Timer> due;
        lock (_lock)
        {
            _now += time;
            due = [.. _standing.Where(t => t.Due <= _now)];
            _standing.RemoveAll(t => t.Due <= _now);
        }
        due.ForEach(static t => t.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Set(Timer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _standing.Remove(timer);
            if (dueTime < TimeSpan.Zero)
                return;
            timer.Due = _now + dueTime;
            if (dueTime > LongestLeap)
            {
                _standing.Add(timer);
                return;
            }
            _now += dueTime;
            _leaps.Add(dueTime);
        }
        ThreadPool.QueueUserWorkItem(static t => t.Fire(), timer, preferLocal: false);
    }

    private sealed class Timer(LeapingTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Set(this, dueTime);
            return true;
        }

        public void Dispose() => time.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
