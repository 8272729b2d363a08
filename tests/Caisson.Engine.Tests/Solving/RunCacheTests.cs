using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Solving;

/// <summary>When programs run again.</summary>
public sealed class RunCacheTests : BoxTests
{
    [Fact]
    public async Task A_second_build_runs_nothing_and_gives_the_same_image()
    {
        const string dockerfile = "FROM box:1 AS one\nRUN date +%N > /now\nFROM box:1\nCOPY --from=one /now /\nRUN cat /now > /then\n";
        Built first = await Workshop.BuildAsync(dockerfile);
        await Workshop.ReopenAsync();
        Built second = await Workshop.BuildAsync(dockerfile);
        Assert.Equal(3, second.Steps.Length);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Steps_behind_one_that_ran_again_with_the_same_outcome_are_not_run()
    {
        Workshop.Context.File("in", "AAAA");
        const string dockerfile = "FROM box:1 AS one\nCOPY in /in\nRUN wc -c < /in > /size\nFROM box:1\nCOPY --from=one /size /size\nRUN cat /size > /out\n";
        Built first = await Workshop.BuildAsync(dockerfile);
        Workshop.Context.File("in", "BBBB");
        Built second = await Workshop.BuildAsync(dockerfile);
        Assert.Equal(
            ["COPY --from=one /size /size cached", "COPY in /in done", "RUN cat /size > /out cached", "RUN wc -c < /in > /size done"],
            second.Steps.Order(StringComparer.Ordinal));
        Assert.Equal(first.Digest, second.Digest);
    }

    // A program sees its root whole: here it came about in another way and holds the same.
    [Fact]
    public async Task A_program_on_a_root_that_holds_the_same_is_not_run()
    {
        Workshop.Context.File("a", "1").File("b", "2");
        const string dockerfile = "FROM box:1\nRUN --mount=target=/in cat /in/{0} > /dev/null; echo same > /made\nRUN cat /made > /copied\n";
        await Workshop.BuildAsync(dockerfile.Replace("{0}", "a", StringComparison.Ordinal));
        Built second = await Workshop.BuildAsync(dockerfile.Replace("{0}", "b", StringComparison.Ordinal));
        Assert.EndsWith(" done", second.Steps[0], StringComparison.Ordinal);
        Assert.Equal("RUN cat /made > /copied cached", second.Steps[1]);
    }

    [Theory]
    [InlineData("RUN true", "RUN  true", "cached")]
    [InlineData("RUN true", "RUN true && true", "done")]
    [InlineData("RUN true", "LABEL a=b\nEXPOSE 1\nCMD x\nRUN true", "cached")]
    [InlineData("RUN true", "ENV A=1\nRUN true", "done")]
    [InlineData("RUN true", "ARG A=1\nRUN true", "done")]
    [InlineData("RUN true", "ARG HTTP_PROXY=http://proxy.invalid\nRUN true", "done")]
    [InlineData("RUN true", "USER 1\nRUN true", "done")]
    [InlineData("RUN true", "WORKDIR /\nRUN true", "cached")]
    [InlineData("RUN true", "RUN --network=none true", "done")]
    [InlineData("RUN true", "RUN --network=host true", "cached")]
    [InlineData("RUN true", "RUN --security=insecure true", "done")]
    [InlineData("RUN true", "RUN --security=sandbox true", "cached")]
    [InlineData("RUN true", "RUN --mount=type=secret,id=s true", "done")]
    [InlineData("RUN --mount=type=secret,id=s true", "RUN --mount=type=secret,id=s,mode=0444 true", "done")]
    [InlineData("RUN --mount=type=secret,id=s true", "RUN --mount=type=secret,id=s,env=S true", "done")]
    [InlineData("RUN true", "RUN --mount=type=ssh true", "done")]
    [InlineData("RUN true", "RUN --mount=type=tmpfs,target=/m true", "done")]
    [InlineData("RUN --mount=type=tmpfs,target=/m true", "RUN --mount=type=tmpfs,target=/m,size=1m true", "done")]
    [InlineData("RUN --mount=type=cache,target=/m true", "RUN --mount=type=cache,target=/m,sharing=locked,uid=5 true", "cached")]
    [InlineData("RUN --mount=type=cache,target=/m true", "RUN --mount=type=cache,target=/m,from=box:1 true", "done")]
    [InlineData("RUN true", "RUN --mount=type=cache,target=/m true", "done")]
    [InlineData("RUN --mount=type=cache,target=/m true", "RUN --mount=type=cache,target=/m,id=other true", "cached")]
    [InlineData("RUN --mount=type=cache,target=/m true", "RUN --mount=type=cache,target=/n true", "done")]
    [InlineData("RUN --mount=source=d,target=/m true", "RUN --mount=source=d,target=/m,rw true", "done")]
    [InlineData("RUN --mount=source=d,target=/m true", "RUN --mount=source=e,target=/m true", "done")]
    public async Task Each_part_of_a_step_that_its_program_can_see_counts_and_nothing_else(string first, string second, string ending)
    {
        Workshop.Context.File("d/a", "A").File("e/a", "E");
        static BuildRequest Grant(BuildRequest request) => request with { Entitlements = new Entitlements { HasHostNetwork = true, HasInsecure = true } };
        await Workshop.BuildAsync("FROM box:1\n" + first + "\n", Grant);
        Built again = await Workshop.BuildAsync("FROM box:1\n" + second + "\n", Grant);
        Assert.EndsWith(" " + ending, again.Steps.Last(static s => s.StartsWith("RUN", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP_PROXY", "http://one.invalid", "http://two.invalid", "cached")]
    [InlineData("VERSION", "1", "2", "done")]
    [InlineData("VERSION", "1", "1", "cached")]
    public async Task Build_arguments_count_unless_they_only_say_how_to_reach_the_network(string name, string one, string two, string ending)
    {
        string dockerfile = name == "VERSION" ? "FROM box:1\nARG VERSION\nRUN echo $VERSION > /v\n" : "FROM box:1\nRUN echo $HTTP_PROXY > /dev/null\n";
        await Workshop.BuildAsync(dockerfile, r => r with { Arguments = r.Arguments.Add(name, one) });
        Built second = await Workshop.BuildAsync(dockerfile, r => r with { Arguments = r.Arguments.Add(name, two) });
        Assert.EndsWith(" " + ending, Assert.Single(second.Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_mounted_context_holds_counts_and_what_is_beside_it_does_not()
    {
        Workshop.Context.File("d/a", "A").File("beside", "B");
        const string dockerfile = "FROM box:1\nRUN --mount=source=d,target=/m cat /m/a > /a\n";
        await Workshop.BuildAsync(dockerfile);
        Workshop.Context.File("beside", "changed").Time("d/a", 1000);
        Assert.EndsWith(" cached", Assert.Single((await Workshop.BuildAsync(dockerfile)).Steps), StringComparison.Ordinal);
        Workshop.Context.File("d/a", "changed");
        Assert.EndsWith(" done", Assert.Single((await Workshop.BuildAsync(dockerfile)).Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_two_builds_want_at_once_runs_once()
    {
        BuildRequest request = Workshop.Request("FROM box:1\nRUN --mount=type=cache,target=/c echo run >> /c/runs; cat /c/runs > /runs\n");
        Built[] built = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Workshop.BuildAsync(Workshop.Engine, request)));
        Assert.Equal("f 0644 0:0 runs \"run\n\"", Assert.Single(await Layers.OfAsync(built[0].Image.Layers[^1])));
        Assert.Single(built.Select(static b => b.Digest).Distinct());
    }

    [Fact]
    public async Task One_program_at_a_time_and_several_give_the_same_image()
    {
        const string dockerfile = "FROM box:1 AS a\nRUN echo a > /a\nFROM box:1 AS b\nRUN echo b > /b\nFROM box:1 AS c\nRUN echo c > /c\nFROM box:1\nCOPY --from=c /c /\nCOPY --from=a /a /\nCOPY --from=b /b /\nRUN cat /a /b /c > /all\n";
        Built several = await Workshop.BuildAsync(dockerfile);
        await using Workshop other = await Workshop.OpenAsync(static o => o with { Parallelism = 1, MaxRunningSteps = 1 });
        await other.AddImageAsync("box:1", await Bases.BusyboxAsync());
        Assert.Equal(several.Digest, (await other.BuildAsync(dockerfile)).Digest);
    }
}
