using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Solving;

/// <summary>A build that keeps the times of files: they are an input of its steps, as they are of no other build's.</summary>
public sealed class KeptTimesTests : IAsyncLifetime
{
    private const string OwnTime = "FROM box:1 AS one\nARG T\nRUN echo made > /made; touch -d @$T /made\nFROM scratch\nCOPY --from=one /made /\n";

    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task Files_of_a_context_have_their_own_times_in_each_build()
    {
        const string dockerfile = "FROM scratch\nCOPY f /f\nCOPY d /d\n";
        Assert.Equal(["f 0644 0:0 f \"F\" @1000", "d 0755 0:0 d @1000", "f 0644 0:0 d/g \"G\" @1000"], await LinesAsync(await BuildAsync(dockerfile, 1000)));
        Built second = await BuildAsync(dockerfile, 2000);
        Assert.Equal(["COPY f /f done", "COPY d /d done"], second.Steps);
        Assert.Equal(["f 0644 0:0 f \"F\" @2000", "d 0755 0:0 d @2000", "f 0644 0:0 d/g \"G\" @2000"], await LinesAsync(second));
        Built again = await BuildAsync(dockerfile, 1000);
        Assert.Equal(["COPY f /f cached", "COPY d /d cached"], again.Steps);
        Assert.Equal("f 0644 0:0 f \"F\" @1000", (await LinesAsync(again))[0]);
    }

    [Fact]
    public async Task Without_that_they_are_no_input()
    {
        const string dockerfile = "FROM scratch\nCOPY f /f\nCOPY d /d\n";
        Built first = await BuildAsync(dockerfile, 1000, keeps: false);
        Built second = await BuildAsync(dockerfile, 2000, keeps: false);
        Assert.Equal(["COPY f /f cached", "COPY d /d cached"], second.Steps);
        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task What_the_build_makes_itself_has_the_time_of_the_image()
    {
        const string dockerfile = "FROM scratch\nWORKDIR /w\nCOPY <<f /new/f\nF\nf\nCOPY f /other/f\n";
        string[] lines = await LinesAsync(await BuildAsync(dockerfile, 1000));
        Assert.Equal(["d 0755 0:0 w @5000", "d 0755 0:0 new @5000", "f 0644 0:0 new/f \"F\n\" @5000", "d 0755 0:0 other @5000", "f 0644 0:0 other/f \"F\" @1000"], lines);
        await _workshop.ReopenAsync();
        Assert.All((await BuildAsync(dockerfile, 1000)).Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_directory_takes_the_time_of_the_one_that_is_copied_over_it_unless_that_is_empty()
    {
        _workshop.Context.Directory("empty").Time("empty", 900);
        Assert.Equal("d 0755 0:0 w @5000", (await LinesAsync(await BuildAsync("FROM scratch\nWORKDIR /w\nCOPY empty /w\n", 1000)))[^1]);
        Assert.Contains("d 0755 0:0 w @1000", await LinesAsync(await BuildAsync("FROM scratch\nWORKDIR /w\nCOPY d /w\n", 1000)));
        Assert.Equal("d 0755 0:0 w/x @900", (await LinesAsync(await BuildAsync("FROM scratch\nWORKDIR /w\nCOPY empty /w/x\n", 1000)))[^1]);
    }

    [Fact]
    public async Task Files_of_a_stage_have_the_times_that_the_stage_gave_them()
    {
        await UseProgramsAsync();
        Assert.Equal(["f 0644 0:0 made \"made\n\" @1000"], await LinesAsync(await BuildAsync(OwnTime, 1000)));
        Assert.Equal(["f 0644 0:0 made \"made\n\" @2000"], await LinesAsync(await BuildAsync(OwnTime, 2000)));
    }

    [Fact]
    public async Task A_build_that_does_not_keep_them_leaves_nothing_that_one_that_does_would_take()
    {
        await UseProgramsAsync();
        await BuildAsync(OwnTime, 2000, keeps: false);
        Assert.All((await BuildAsync(OwnTime, 2000)).Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        Assert.Equal(["f 0644 0:0 made \"made\n\" @2000"], await LinesAsync(await BuildAsync(OwnTime, 2000)));
    }

    [Fact]
    public async Task Programs_are_run_again_on_files_of_other_times()
    {
        await UseProgramsAsync();
        const string dockerfile = "FROM box:1\nCOPY f /f\nRUN chown 5 /f\nRUN chmod 600 /f\n";
        Assert.Equal("f 0600 5:0 f \"F\" @1000", (await LinesAsync(await BuildAsync(dockerfile, 1000)))[^1]);
        Built second = await BuildAsync(dockerfile, 2000);
        Assert.Equal("f 0600 5:0 f \"F\" @2000", (await LinesAsync(second))[^1]);
        Assert.All(second.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
    }

    // Everything of the context, and what the Dockerfile calls T, has the time.
    private Task<Built> BuildAsync(string dockerfile, long time, bool keeps = true)
    {
        _workshop.Context.File("f", "F").File("d/g", "G").Time("f", time).Time("d/g", time).Time("d", time);
        string text = time.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return _workshop.BuildAsync(dockerfile, r => r with { KeepsTimestamps = keeps, Arguments = r.Arguments.Add("SOURCE_DATE_EPOCH", "5000").Add("T", text) });
    }

    private static async Task<string[]> LinesAsync(Built built)
    {
        List<string> lines = [];
        foreach (var layer in built.Image.Layers)
            lines.AddRange(await Layers.OfAsync(layer, withTimes: true));
        return [.. lines];
    }

    private async Task UseProgramsAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        await _workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
    }
}
