using Caisson.Engine.Tests.Solving.Replay;

namespace Caisson.Engine.Tests.Solving;

/// <summary>
/// Thousands of seeded schedules, and what holds in each: a step is done at most once, after its inputs, and only if it is needed; never more programs than slots; all that may go
/// on does; after a failure or a cancellation nothing begins, everything ends, and the first cause is told; another build is not disturbed; the result is that of one step after the other.
/// </summary>
public sealed class ScheduleTests
{
    private const int Schedules = 2000;

    // To replay what failed: CAISSON_REPLAY=SEED. What happened is written out.
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("CAISSON_REPLAY");

    [Fact]
    public Task Every_schedule_keeps_the_rules() => OnPoolAsync(async () =>
    {
        await using ReplayStore store = await ReplayStore.OpenAsync();
        Dictionary<string, int> outcomes = [];
        for (int seed = 0; seed < Schedules; seed++)
        {
            string outcome = Replay(store, seed).Outcomes;
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        // They are not all of one kind.
        foreach (string kind in new[] { "S", "F", "C", "SS", "SF", "FS", "CS", "SC", "FF" })
            Assert.True(outcomes.GetValueOrDefault(kind) > Schedules / 300, $"{kind}: {string.Join(", ", outcomes)}");
    });

    [Fact]
    public Task A_seed_always_gives_the_same_schedule() => OnPoolAsync(async () =>
    {
        int seed = Wanted is null ? 17 : int.Parse(Wanted, System.Globalization.CultureInfo.InvariantCulture);
        await using ReplayStore store = await ReplayStore.OpenAsync();
        Schedule first = Replay(store, seed);
        Schedule second = Replay(store, seed);
        Assert.NotEmpty(first.Trace);
        Assert.Equal(first.Trace, second.Trace);
        if (Wanted is not null)
            TestContext.Current.SendDiagnosticMessage(first.Trace);
    });

    // Where no context sends what follows an await elsewhere.
    private static Task OnPoolAsync(Func<Task> test) => Task.Run(test, TestContext.Current.CancellationToken);

    private static Schedule Replay(ReplayStore store, int seed)
    {
        Schedule schedule = new(store, seed);
        try
        {
            schedule.Replay();
            return schedule;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}\n{schedule.Trace}", e);
        }
    }
}
