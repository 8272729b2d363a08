using System.Text;
using Caisson.Engine.History;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.History;

/// <summary>What steps wrote is kept whole.</summary>
public sealed class StepLogTests : BoxTests
{
    private BuildHistory History => BuildHistory.Open(Workshop.StatePath);

    [Fact]
    public async Task Every_byte_of_a_step_is_kept()
    {
        await Workshop.BuildAsync("FROM box:1\nRUN seq 1 100000; echo -en 'a\\rb\\033[1mc' >&2\nRUN true\n");
        BuildRecord build = History.Find("^0");
        string log = Log(build, "stage-0:2");
        Assert.Equal(string.Concat(Enumerable.Range(1, 100_000).Select(static i => $"{i}\n")), log.Replace("a\rb\e[1mc", "", StringComparison.Ordinal));
        Assert.Contains("a\rb\e[1mc", log, StringComparison.Ordinal);
        Assert.False(BuildHistory.FindStep(build, "stage-0:3").HasLog);
        Assert.Null(History.OpenLog(build, BuildHistory.FindStep(build, "stage-0:3")));
    }

    [Fact]
    public async Task A_step_that_failed_tells_where_its_log_is()
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync("FROM box:1\nRUN seq 1 1000; exit 7\n"));
        Assert.NotNull(failure.FailedStep);
        BuildRecord build = History.Find(failure.FailedStep.BuildId ?? "");
        StepHistory step = build.Steps[failure.FailedStep.Number - 1];
        Assert.Equal((StepOutcome.Failed, 7, BuildOutcome.Failed), (step.Outcome, step.ExitCode, build.Outcome));
        Assert.StartsWith("1\n2\n3\n", Log(build, step.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)), StringComparison.Ordinal);
    }

    private string Log(BuildRecord build, string step)
    {
        using Stream? log = History.OpenLog(build, BuildHistory.FindStep(build, step));
        Assert.NotNull(log);
        using StreamReader reader = new(log, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
