using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Solving;

/// <summary>Builds that fail before something runs that was expected to be a hit.</summary>
public sealed class ExpectedCachedTests : BoxTests
{
    private const string Dockerfile = "FROM box:1 AS build\nCOPY in /in\nRUN cat /in; echo > /made\nFROM scratch AS end\nCOPY --from=build /made /\n";

    [Theory]
    [InlineData("all")]
    [InlineData("build")]
    [InlineData("BUILD:2")]
    [InlineData("end:1")]
    [InlineData("0")]
    public async Task Steps_that_are_hits_are_as_expected(string expected)
    {
        Workshop.Context.File("in", "1");
        await Workshop.BuildAsync(Dockerfile);
        await Workshop.BuildAsync(Dockerfile, r => r with { ExpectedCached = [expected] });
    }

    [Theory]
    [InlineData("all", 2, "[build 2/3] COPY in /in would run, and was expected to be cached: in changed")]
    [InlineData("build", 2, "[build 2/3] COPY in /in would run, and was expected to be cached: in changed")]
    [InlineData("build:3", 3, "[build 3/3] RUN cat /in; echo > /made would run, and was expected to be cached: COPY in /in, before it, left something else: /in changed")]
    public async Task A_step_that_would_run_is_told_at_its_place_with_the_reason(string expected, int line, string message)
    {
        Workshop.Context.File("in", "1");
        await Workshop.BuildAsync(Dockerfile);
        Workshop.Context.File("in", "2");
        Diagnostic finding = await Workshop.FailAsync(Dockerfile, r => r with { ExpectedCached = [expected] });
        Assert.Equal((EngineCodes.NotCached, line, message), (finding.Code, finding.Where?.Line, finding.Message));
        Assert.Equal("build without --expect-cached to run it", finding.Hint);
        // It was not done: the next build has it to do.
        Assert.Contains(await Steps(), step => step.StartsWith(expected == "build:3" ? "RUN" : "COPY in", StringComparison.Ordinal) && step.EndsWith(" done", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_steps_may_run()
    {
        Workshop.Context.File("in", "1");
        await Workshop.BuildAsync(Dockerfile);
        Workshop.Context.File("in", "2");
        Built built = await Workshop.BuildAsync(Dockerfile, static r => r with { ExpectedCached = ["end"] });
        Assert.Equal(["COPY in /in done", "RUN cat /in; echo > /made done", "COPY --from=build /made / cached"], built.Steps);
    }

    [Theory]
    [InlineData("buidl", "did you mean \"build\"?")]
    [InlineData("build:9", "the steps of the stage \"build\" that change files are 2, 3")]
    [InlineData("nothing-like-it", "name a stage, a step of it as STAGE:NUMBER, or all; this build does steps of build, end")]
    public async Task What_names_no_step_is_told(string expected, string hint)
    {
        Workshop.Context.File("in", "1");
        Diagnostic finding = await Workshop.FailAsync(Dockerfile, r => r with { ExpectedCached = [expected] });
        Assert.Equal((EngineCodes.UnknownStep, $"this build has no step \"{expected}\" to expect in the cache", hint), (finding.Code, finding.Message, finding.Hint));
    }

    private async Task<string[]> Steps() => (await Workshop.BuildAsync(Dockerfile)).Steps;
}
