using Caisson.Engine;
using Caisson.Engine.Events;

namespace Caisson.Cli.Progress;

/// <summary>Shows a build until its end.</summary>
internal static class BuildWatcher
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    /// <summary>Follows the build and returns its result.</summary>
    /// <exception cref="BuildException">The build cannot be done.</exception>
    public static async Task<BuildResult> WatchAsync(Build build, IProgressView view)
    {
        using (view)
        {
            await FollowAsync(build, view);
            await Task.WhenAny(build.Completion);
            view.Complete(failed: !build.Completion.IsCompletedSuccessfully);
        }
        return await build.Completion;
    }

    private static async Task FollowAsync(Build build, IProgressView view)
    {
        long start = TimeProvider.System.GetTimestamp();
        await using IAsyncEnumerator<BuildEvent> events = build.Events.GetAsyncEnumerator();
        Task<bool> next = events.MoveNextAsync().AsTask();
        using PeriodicTimer timer = new(Frame);
        Task<bool> frame = timer.WaitForNextTickAsync().AsTask();
        while (true)
        {
            await Task.WhenAny(next, frame);
            if (frame.IsCompleted)
            {
                view.Tick(TimeProvider.System.GetElapsedTime(start));
                frame = timer.WaitForNextTickAsync().AsTask();
            }
            if (!next.IsCompleted)
                continue;
            if (!await next)
                return;
            view.Show(events.Current);
            next = events.MoveNextAsync().AsTask();
        }
    }
}
