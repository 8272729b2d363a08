namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>A clock that stands still; its timers go off when the test says so.</summary>
internal sealed class ReplayTime : TimeProvider
{
    private readonly List<WaitingTimer> _waiting = [];

    public int Count => _waiting.Count;

    public override DateTimeOffset GetUtcNow() => new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        WaitingTimer timer = new(this, () => callback(state));
        _waiting.Add(timer);
        return timer;
    }

    public void GoOff(int index)
    {
        WaitingTimer timer = _waiting[index];
        _waiting.RemoveAt(index);
        timer.GoOff();
    }

    private sealed class WaitingTimer(ReplayTime owner, Action goOff) : ITimer
    {
        public void GoOff() => goOff();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => owner._waiting.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
