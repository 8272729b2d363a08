using Caisson.Engine.Caching;

namespace Caisson.Engine.Tests.Caching;

public sealed class InFlightTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_asks_for_what_is_being_worked_on_waits_for_that()
    {
        InFlight<int> table = new();
        TaskCompletionSource<int> work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new();
        Task<int> first = table.RunAsync("k", Begin, Ct);
        await begun.Task;
        Task<int> second = table.RunAsync("k", static _ => throw new InvalidOperationException("begun twice"), Ct);
        work.SetResult(7);
        Assert.Equal((7, 7), (await first, await second));

        Task<int> Begin(CancellationToken _)
        {
            begun.SetResult();
            return work.Task;
        }
    }

    [Fact]
    public async Task Another_key_is_other_work()
    {
        InFlight<int> table = new();
        TaskCompletionSource<int> never = new();
        using CancellationTokenSource stop = new();
        Task<int> waiting = table.RunAsync("a", token => never.Task.WaitAsync(token), stop.Token);
        Assert.Equal(2, await table.RunAsync("b", static _ => Task.FromResult(2), Ct));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task What_is_finished_is_worked_on_again()
    {
        InFlight<int> table = new();
        Assert.Equal(1, await table.RunAsync("k", static _ => Task.FromResult(1), Ct));
        Assert.Equal(2, await table.RunAsync("k", static _ => Task.FromResult(2), Ct));
    }

    [Fact]
    public async Task A_failure_is_that_of_all_who_waited_and_of_no_one_after()
    {
        InFlight<int> table = new();
        TaskCompletionSource<int> work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new();
        Task<int> first = table.RunAsync("k", _ => Begin(), Ct);
        await begun.Task;
        Task<int> second = table.RunAsync("k", static _ => Task.FromResult(0), Ct);
        work.SetException(new InvalidDataException());
        await Assert.ThrowsAsync<InvalidDataException>(() => first);
        await Assert.ThrowsAsync<InvalidDataException>(() => second);
        Assert.Equal(3, await table.RunAsync("k", static _ => Task.FromResult(3), Ct));

        Task<int> Begin()
        {
            begun.SetResult();
            return work.Task;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_one_of_several_gives_up_the_work_goes_on(bool beginnerGivesUp)
    {
        InFlight<int> table = new();
        TaskCompletionSource<CancellationToken> begun = new();
        TaskCompletionSource<int> work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource giveUp = new();
        Task<int> first = table.RunAsync("k", token => Begin(token), beginnerGivesUp ? giveUp.Token : Ct);
        CancellationToken abandoned = await begun.Task;
        Task<int> second = table.RunAsync("k", static _ => Task.FromResult(0), beginnerGivesUp ? Ct : giveUp.Token);
        await giveUp.CancelAsync();
        (Task<int> gone, Task<int> staying) = beginnerGivesUp ? (first, second) : (second, first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.False(abandoned.IsCancellationRequested);
        work.SetResult(5);
        Assert.Equal(5, await staying);

        Task<int> Begin(CancellationToken token)
        {
            begun.SetResult(token);
            return work.Task;
        }
    }

    [Fact]
    public async Task When_the_last_one_gives_up_the_work_is_cancelled_and_has_ended_when_that_is_told()
    {
        InFlight<int> table = new();
        TaskCompletionSource begun = new();
        bool hasEnded = false;
        using CancellationTokenSource giveUp = new();
        Task<int> only = table.RunAsync("k", WorkAsync, giveUp.Token);
        await begun.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);
        Assert.True(hasEnded);

        async Task<int> WorkAsync(CancellationToken token)
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                hasEnded = true;
            }
            return 0;
        }
    }

    // What the work uses is the beginner's: it must not go away before the work is done.
    [Fact]
    public async Task A_beginner_whose_things_are_used_stays_to_the_end()
    {
        InFlight<int> table = new() { UsesBeginner = true };
        TaskCompletionSource begun = new();
        TaskCompletionSource<int> work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource giveUp = new();
        Task<int> beginner = table.RunAsync("k", _ => Begin(), giveUp.Token);
        await begun.Task;
        Task<int> second = table.RunAsync("k", static _ => Task.FromResult(0), Ct);
        await giveUp.CancelAsync();
        Assert.False(beginner.IsCompleted);
        work.SetResult(5);
        Assert.Equal(5, await second);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beginner);

        Task<int> Begin()
        {
            begun.SetResult();
            return work.Task;
        }
    }

    [Fact]
    public async Task Nothing_is_begun_for_who_has_given_up_already()
    {
        using CancellationTokenSource gone = new();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InFlight<int>().RunAsync("k", static _ => throw new InvalidOperationException("begun"), gone.Token));
    }
}
