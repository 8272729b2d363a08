using System.Globalization;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary>Two processes that need the same step at the same time.</summary>
public sealed partial class SameStepTests(ExampleBases bases)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_step_that_two_processes_need_runs_once()
    {
        await BuildTwiceAsync("true", Done());
        Assert.Equal(1, await RunsAsync());
    }

    // A step that failed has left no result: the other one runs it, and fails by itself.
    [Fact]
    public async Task A_step_that_fails_in_one_process_is_run_by_the_other()
    {
        await BuildTwiceAsync("exit 3", Failed());
        Assert.Equal(2, await RunsAsync());
    }

    // The step leaves a file for each of its runs in the cache, and goes on when it is told: when one build waits for the other.
    private async Task BuildTwiceAsync(string end, Regex expected)
    {
        await bases.Debian;
        string step = $"RUN --mount=type=cache,id={_id},target=/c mktemp /c/run.XXXXXX && until [ -e /c/go ]; do sleep 0.05; done && {end}";
        using Project one = new(bases.Store, $"FROM debian:bookworm\n{step}\n");
        using Project two = new(bases.Store, $"FROM debian:bookworm\n{step}\n");
        await using Server first = Server.Start(one.Start("build", "--progress=plain", "."));
        await using Server second = Server.Start(two.Start("build", "--progress=plain", "."));
        await await Task.WhenAny(first.SaysAsync(Waiting()), second.SaysAsync(Waiting()));
        using Project go = new(bases.Store, $"FROM debian:bookworm\nRUN --mount=type=cache,id={_id},target=/c touch /c/go\n");
        (await go.TryBuildAsync("--no-cache")).Succeeded(); // a cache mount's id is in no key
        await Task.WhenAll(first.SaysAsync(expected), second.SaysAsync(expected));
    }

    private async Task<int> RunsAsync()
    {
        using Project look = new(bases.Store, $"FROM debian:bookworm\nRUN --mount=type=cache,id={_id},target=/c echo runs: $(ls -d /c/run.* | wc -l)\n");
        string said = (await look.TryBuildAsync("--no-cache")).Error;
        return int.Parse(Regex.Match(said, @"runs: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("waiting for another build that runs .*RUN --mount=type=cache")]
    private static partial Regex Waiting();

    [GeneratedRegex("writing sha256:")]
    private static partial Regex Done();

    [GeneratedRegex("error CSN3001: the command ended with exit code 3")]
    private static partial Regex Failed();
}
