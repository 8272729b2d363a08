namespace Caisson.Engine.Caching;

/// <summary>
/// Begins work on a scheduler: the threads of the pool or, in a test, one that replays an order. What follows an <c>await</c> in the work goes on
/// where the awaited thing ended, as with <see cref="Task.Run(Action)"/>.
/// </summary>
internal static class SchedulerWork
{
    private const TaskCreationOptions Options = TaskCreationOptions.DenyChildAttach | TaskCreationOptions.HideScheduler;

    /// <summary>Begins work that is asynchronous; the task ends with the work itself.</summary>
    /// <param name="scheduler">Where.</param>
    /// <param name="work">The work.</param>
    /// <param name="ct">Cancels it as long as it has not begun.</param>
    public static Task<T> Start<T>(this TaskScheduler scheduler, Func<Task<T>> work, CancellationToken ct) =>
        Task.Factory.StartNew(work, ct, Options, scheduler).Unwrap();

    /// <summary>Begins work that is done by one thread.</summary>
    public static Task Start(this TaskScheduler scheduler, Action work) => Task.Factory.StartNew(work, CancellationToken.None, Options, scheduler);

    /// <summary>Waits for work that others may wait for, too: each of them goes on when the scheduler says so.</summary>
    public static Task<T> Await<T>(this TaskScheduler scheduler, Task<T> shared) => shared.IsCompleted
        ? shared
        : shared.ContinueWith(static ended => ended, CancellationToken.None, TaskContinuationOptions.DenyChildAttach | TaskContinuationOptions.HideScheduler, scheduler).Unwrap();
}
