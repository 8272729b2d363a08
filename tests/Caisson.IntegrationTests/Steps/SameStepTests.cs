using System.Globalization;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary>Two processes that need the same step at the same time.</summary>
public sealed class SameStepTests(ExampleBases bases)
{
    // Every run leaves a file of its own in the cache.
    [Fact]
    public async Task A_step_that_two_processes_need_runs_once()
    {
        await bases.Debian;
        string id = Guid.NewGuid().ToString("N");
        string dockerfile = $"FROM debian:bookworm\nRUN --mount=type=cache,id={id},target=/c mktemp /c/XXXXXX && sleep 0.5\n";
        using Project one = new(bases.Store, dockerfile);
        using Project two = new(bases.Store, dockerfile);
        Outcome[] outcomes = await Task.WhenAll(one.TryBuildAsync(), two.TryBuildAsync());
        Assert.All(outcomes, static o => o.Succeeded());
        Assert.Equal(1, await RunsAsync(id));
    }

    // A step that failed has left no result: the other one runs it, and fails by itself.
    [Fact]
    public async Task A_step_that_fails_in_one_process_is_run_by_the_other()
    {
        await bases.Debian;
        string id = Guid.NewGuid().ToString("N");
        string dockerfile = $"FROM debian:bookworm\nRUN --mount=type=cache,id={id},target=/c mktemp /c/XXXXXX && sleep 0.3 && exit 3\n";
        using Project one = new(bases.Store, dockerfile);
        using Project two = new(bases.Store, dockerfile);
        Outcome[] outcomes = await Task.WhenAll(one.TryBuildAsync(), two.TryBuildAsync());
        Assert.All(outcomes, static o => Assert.Contains("exit code 3", o.Error, StringComparison.Ordinal));
        Assert.Equal(2, await RunsAsync(id));
    }

    private async Task<int> RunsAsync(string id)
    {
        using Project look = new(bases.Store, $"FROM debian:bookworm\nRUN --mount=type=cache,id={id},target=/c echo runs: $(ls /c | wc -l)\n");
        string said = (await look.TryBuildAsync("--no-cache")).Error;
        return int.Parse(Regex.Match(said, @"runs: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
