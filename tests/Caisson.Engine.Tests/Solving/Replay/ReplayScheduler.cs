namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>Work that waits for the test to say which goes on next. All of it runs on the one thread that asks.</summary>
internal sealed class ReplayScheduler : TaskScheduler
{
    private readonly List<Task> _pending = [];
    private readonly Thread _thread = Thread.CurrentThread;

    public int Count => _pending.Count;

    public override int MaximumConcurrencyLevel => 1;

    public void Run(int index)
    {
        Task next = _pending[index];
        _pending.RemoveAt(index);
        TryExecuteTask(next);
    }

    protected override void QueueTask(Task task)
    {
        // Otherwise the order would not be the seed's.
        if (Thread.CurrentThread != _thread)
            throw new InvalidOperationException("work was begun on another thread");
        _pending.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _pending;
}
