using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Sources;

public sealed class PullPolicyTests : BoxTests
{
    [Fact]
    public async Task What_is_here_is_built_upon_without_asking() =>
        Assert.Equal(["RUN true done"], (await Workshop.BuildAsync("FROM box:1\nRUN true\n", static r => r with { Pull = PullPolicy.Never })).Steps);

    [Fact]
    public async Task What_is_not_here_is_an_error_where_it_is_named()
    {
        Diagnostic finding = await Workshop.FailAsync("FROM scratch AS a\nFROM registry.invalid/nothing:1\n", static r => r with { Pull = PullPolicy.Never });
        Assert.Equal((EngineCodes.ImageNotLocal, "the image registry.invalid/nothing:1 is not on this machine, and --pull=never asks no registry"), (finding.Code, finding.Message));
        Assert.Equal((2, 6), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task What_is_looked_for_is_told_with_what_came_of_it()
    {
        BuildRequest request = Workshop.Request("FROM box:1 AS a\nFROM registry.invalid/nothing\nCOPY --from=a / /\n") with { Pull = PullPolicy.Never };
        await using Build build = Workshop.Engine.Start(request, TestContext.Current.CancellationToken);
        List<string> told = [];
        await foreach (BuildEvent happened in build.Events)
        {
            if (happened is BuildEvent.ResolveStarted started)
                told.Add($"{started.Image}{started.Platform}");
            else if (happened is BuildEvent.ResolveEnded ended)
                told.Add($"{ended.Image}{ended.Platform}: {ended.Problem}");
        }
        await Assert.ThrowsAsync<BuildException>(() => build.Completion);
        Assert.Equal(
            ["docker.io/library/box:1", "docker.io/library/box:1: ", "registry.invalid/nothing:latest", "registry.invalid/nothing:latest: the image registry.invalid/nothing:latest is not on this machine, and --pull=never asks no registry"],
            told.Order(StringComparer.Ordinal));
    }
}
