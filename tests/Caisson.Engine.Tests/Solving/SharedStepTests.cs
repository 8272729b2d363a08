using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Solving;

/// <summary>What the second of two builds of one engine sees of a step that the first one runs.</summary>
public sealed class SharedStepTests : BoxTests
{
    private const string Go = "--mount=type=cache,id=go,target=/c";

    [Fact]
    public async Task Who_comes_to_a_running_step_sees_all_that_it_writes_and_its_end()
    {
        await using Watch first = Start("one", "true"), second = await JoinAsync(first, "true");
        await GoAsync();
        Assert.Equal(["before", "after"], await first.LinesAsync());
        Assert.Equal(["before", "after"], await second.LinesAsync());
        Assert.Null(first.Completed.Hit);
        Assert.False(second.Completed.IsCached);
        Assert.Equal(HitKind.Shared, second.Completed.Hit);
        Assert.Equal("two", second.Started.Stage);
        BuildHistory history = BuildHistory.Open(Workshop.StatePath);
        BuildRecord build = history.Find((await second.Build.Completion).BuildId!); // it is recorded
        using StreamReader log = new(history.OpenLog(build, BuildHistory.FindStep(build, "two:2"))!); // it wrote
        Assert.Equal("before\nafter\n", await log.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_comes_to_a_step_that_fails_sees_why()
    {
        await using Watch first = Start("one", "exit 4"), second = await JoinAsync(first, "exit 4");
        await GoAsync();
        Assert.Equal(["before", "after"], await second.LinesAsync());
        Assert.Equal(4, second.Failed.ExitCode);
        Assert.NotEmpty(second.Failed.Command);
        Assert.Equal(4, (await first.EndAsync()).Failed.ExitCode);
    }

    [Fact]
    public async Task Who_gives_up_is_told_no_more_and_the_other_all()
    {
        await using Watch first = Start("one", "true");
        Watch second = await JoinAsync(first, "true");
        await second.DisposeAsync();
        Assert.Equal(["before"], await second.LinesAsync());
        Assert.Contains(second.Events, static e => e is BuildEvent.StepCancelled);
        await GoAsync();
        Assert.Equal(["before", "after"], await first.LinesAsync());
    }

    private Watch Start(string stage, string end) => new(Workshop.Engine.Start(
        Workshop.Request($"FROM box:1 AS {stage}\nRUN {Go} echo before; until [ -e /c/go ]; do sleep 0.01; done; echo after; {end}\n"), TestContext.Current.CancellationToken));

    // When both have seen the line, the second has come to the step of the first.
    private async Task<Watch> JoinAsync(Watch first, string end)
    {
        await first.Writes;
        Watch second = Start("two", end);
        await second.Writes.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return second;
    }

    private Task<Built> GoAsync() => Workshop.BuildAsync($"FROM box:1\nRUN {Go} touch /c/go\n");

    // Reads a build's events as they come.
    private sealed class Watch : IAsyncDisposable
    {
        private readonly TaskCompletionSource _writes = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _reading;

        public Watch(Build build)
        {
            Build = build;
            _reading = ReadAsync();
        }

        public Build Build { get; }

        public List<BuildEvent> Events { get; } = [];

        /// <summary>Ends with the first line of the step.</summary>
        public Task Writes => _writes.Task;

        public BuildEvent.StepStarted Started => Events.OfType<BuildEvent.StepStarted>().Single(static e => e.Number == 2);

        public BuildEvent.StepCompleted Completed => Events.OfType<BuildEvent.StepCompleted>().Single(e => e.Step == Started.Step);

        public BuildEvent.StepFailed Failed => Events.OfType<BuildEvent.StepFailed>().Single(e => e.Step == Started.Step);

        public async Task<Watch> EndAsync()
        {
            await _reading;
            return this;
        }

        public async Task<string[]> LinesAsync()
        {
            await _reading;
            return [.. Events.OfType<BuildEvent.StepOutput>().Where(e => e.Step == Started.Step).Select(static e => e.Line)];
        }

        public async ValueTask DisposeAsync() => await Build.DisposeAsync();

        private async Task ReadAsync()
        {
            await foreach (BuildEvent happened in Build.Events)
            {
                Events.Add(happened);
                if (happened is BuildEvent.StepOutput)
                    _writes.TrySetResult();
            }
            _writes.TrySetException(new InvalidOperationException("the build ended without a line"));
        }
    }
}
