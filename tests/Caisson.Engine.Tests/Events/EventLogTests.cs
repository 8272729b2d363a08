using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Events;

public sealed class EventLogTests
{
    private static readonly Digest Step = Digest.OfBytes([1]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The last lines of a step say how it came to its end.
    [Fact]
    public async Task What_is_not_read_in_time_is_counted_and_the_last_lines_come_through()
    {
        const int written = 200_000;
        EventLog log = new(TimeProvider.System);
        for (int i = 0; i < written; i++)
            log.AddOutput(new BuildEvent.StepOutput(Step, IsError: false, $"line {i}") { At = log.Now });
        log.Add(new BuildEvent.StepFailed(Step, "it failed") { At = log.Now });
        log.Complete();
        List<BuildEvent> read = await ReadAsync(log);
        Assert.IsType<BuildEvent.StepFailed>(read[^1]);
        string[] lines = [.. read.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
        Assert.Equal($"line {written - 1}", lines[^1]);
        string notice = Assert.Single(lines, static l => l.StartsWith('['));
        Assert.Equal($"[{written - (lines.Length - 1)} lines were not read in time and are left out here]", notice);
        Assert.Equal($"line {written - 100}", lines[Array.IndexOf(lines, notice) + 1]);
    }

    [Fact]
    public async Task Long_lines_that_nobody_reads_do_not_fill_the_memory()
    {
        EventLog log = new(TimeProvider.System);
        string line = new('x', 16 << 10);
        for (int i = 0; i < 10_000; i++)
            log.AddOutput(new BuildEvent.StepOutput(Step, IsError: false, line) { At = log.Now });
        log.Add(new BuildEvent.StepCompleted(Step, IsCached: false) { At = log.Now });
        log.Complete();
        Assert.InRange((await ReadAsync(log)).OfType<BuildEvent.StepOutput>().Sum(static o => (long)o.Line.Length), 8 << 20, 11 << 20);
    }

    [Fact]
    public async Task Who_reads_in_time_reads_everything()
    {
        EventLog log = new(TimeProvider.System);
        IAsyncEnumerator<BuildEvent> reading = log.ReadAllAsync(Ct).GetAsyncEnumerator(Ct);
        await using (reading)
        {
            for (int i = 0; i < 100_000; i++)
            {
                log.AddOutput(new BuildEvent.StepOutput(Step, IsError: false, $"line {i}") { At = log.Now });
                Assert.True(log.HasMore);
                Assert.True(await reading.MoveNextAsync());
                Assert.Equal($"line {i}", Assert.IsType<BuildEvent.StepOutput>(reading.Current).Line);
                Assert.False(log.HasMore);
            }
        }
    }

    private static async Task<List<BuildEvent>> ReadAsync(EventLog log)
    {
        List<BuildEvent> read = [];
        await foreach (BuildEvent happened in log.ReadAllAsync(Ct))
            read.Add(happened);
        return read;
    }
}
