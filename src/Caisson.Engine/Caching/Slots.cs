namespace Caisson.Engine.Caching;

/// <summary>Bounds how much goes on at once. Who comes first is served first.</summary>
/// <param name="count">How many slots there are.</param>
/// <remarks>Thread-safe, and shared between builds.</remarks>
internal sealed class Slots(int count)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = count;

    /// <summary>Where those go on who had to wait.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>How many slots nobody has.</summary>
    public int Free
    {
        get
        {
            lock (_lock)
                return _free;
        }
    }

    /// <summary>Waits for a slot and takes it.</summary>
    /// <param name="ct">Gives up.</param>
    /// <returns>Gives the slot back when disposed.</returns>
    public async Task<IDisposable> TakeAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (Join() is { } turn)
        {
            using CancellationTokenRegistration giveUp = ct.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn); // the state is the turn
            await turn.Task.ConfigureAwait(false);
        }
        return new Slot(this);
    }

    private TaskCompletionSource? Join()
    {
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return null;
            }
            TaskCompletionSource turn = new();
            _waiting.Enqueue(turn);
            return turn;
        }
    }

    // Whoever gave up while the slot was on its way to them does not keep it.
    private void GiveBack()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.Task.IsCompleted)
                    continue;
                _ = Scheduler.Start(() =>
                {
                    if (!next.TrySetResult())
                        GiveBack();
                });
                return;
            }
            _free++;
        }
    }

    private sealed class Slot(Slots owner) : IDisposable
    {
        private Slots? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.GiveBack();
    }
}
