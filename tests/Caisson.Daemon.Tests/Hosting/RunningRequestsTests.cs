using Caisson.Daemon.Hosting;

namespace Caisson.Daemon.Tests.Hosting;

public sealed class RunningRequestsTests
{
    [Fact]
    public async Task The_end_waits_for_what_is_being_answered()
    {
        using RunningRequests running = new();
        IDisposable first = running.Begin(), second = running.Begin();
        first.Dispose();
        Task<int> end = running.EndAsync(TimeSpan.FromMinutes(10));
        Assert.False(end.IsCompleted);
        second.Dispose();
        Assert.Equal(0, await end);
    }

    [Fact]
    public async Task A_request_that_does_not_end_is_not_waited_for_without_limit()
    {
        using RunningRequests running = new();
        using IDisposable stuck = running.Begin();
        running.Begin().Dispose();
        Assert.Equal(1, await running.EndAsync(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public async Task What_waits_for_nobody_is_told_at_once_and_what_works_after_the_grace()
    {
        using RunningRequests running = new();
        await running.StopAsync(TimeSpan.FromMinutes(10));
        Assert.True(running.Stopping.IsCancellationRequested);
        Assert.False(running.Ending.IsCancellationRequested);
        await running.StopAsync(TimeSpan.Zero);
        await Task.Delay(Timeout.InfiniteTimeSpan, running.Ending).ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.True(running.Ending.IsCancellationRequested);
    }
}
