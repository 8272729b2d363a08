using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>COPY --parents, as Dockerfile 1.20 has it. The trees of the first tests are those of BuildKit's own.</summary>
public sealed class CopyParentsTests : IAsyncLifetime
{
    private const string Stage = "FROM scratch AS base\nCOPY . /test\nFROM scratch\n";

    private CopyBench _bench = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        _bench = await CopyBench.OpenAsync();
        _bench.Context.File("a/b/c/d/foo").File("a/b/c/d/e/bay").File("a/b2/c/d/e/bar").File("a/b/c2/d/e/baz").File("a/b/c2/d/e2/baz");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("/test/a/b/./c/d", "c c/d c/d/e c/d/e/bay c/d/foo")]
    [InlineData("/test/a/b/c/d/.", "test test/a test/a/b test/a/b/c test/a/b/c/d test/a/b/c/d/e test/a/b/c/d/e/bay test/a/b/c/d/foo")]
    [InlineData("./test/a/b/c/d/foo", "test test/a test/a/b test/a/b/c test/a/b/c/d test/a/b/c/d/foo")]
    [InlineData("/test/a/./b/./c", "b b/c b/c/d b/c/d/e b/c/d/e/bay b/c/d/foo")]
    [InlineData("/test/a/./*/c", "b b/c b/c/d b/c/d/e b/c/d/e/bay b/c/d/foo b2 b2/c b2/c/d b2/c/d/e b2/c/d/e/bar")]
    [InlineData("/test/a/b*/./c/**/e", "c c/d c/d/e c/d/e/bar c/d/e/bay")]
    [InlineData("/test/a/b/c*/./d/**/baz /test/a/b*/./c/**/bar", "c c/d c/d/e c/d/e/bar d d/e d/e/baz d/e2 d/e2/baz")]
    [InlineData("/test/a/b2*/x", "")]
    [InlineData("/test/a/b/./c3*", "")]
    [InlineData("/./test/a/b2/c/d/e/bar", "test test/a test/a/b2 test/a/b2/c test/a/b2/c/d test/a/b2/c/d/e test/a/b2/c/d/e/bar")]
    public async Task Directories_behind_the_pivot_are_kept(string sources, string kept)
    {
        string[] lines = await _bench.CopyAsync($"{Stage}COPY --from=base --parents {sources} /out/");
        Assert.Equal(kept, string.Join(' ', lines.Select(static l => l.Split(' ')[3]).Where(static p => p != "out").Select(static p => p["out/".Length..])));
        Assert.StartsWith("d 0755 0:0 out", lines[0], StringComparison.Ordinal); // made even for nothing
    }

    [Fact]
    public async Task Without_parents_two_stars_are_one()
    {
        Assert.Equal(["d 0755 0:0 out"], (await _bench.CopyAsync("COPY a/** /out/"))[..1]);
        Assert.Empty(await _bench.CopyAsync("COPY **/bay /out/"));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("/")]
    [InlineData("././")]
    public async Task The_root_itself_is_all_of_it(string source) =>
        Assert.Contains("f 0644 0:0 out/a/b2/c/d/e/bar \"\"", await _bench.CopyAsync($"COPY --parents {source} /out/"));

    [Fact]
    public async Task Parents_have_the_attributes_of_the_source()
    {
        _bench.Context.Mode("a", 0x1C0).Mode("a/b2", 0x1E8);
        Assert.Equal(
            ["d 0755 0:0 out", "d 0700 0:0 out/a", "d 0750 0:0 out/a/b2", "d 0755 0:0 out/a/b2/c", "d 0755 0:0 out/a/b2/c/d", "d 0755 0:0 out/a/b2/c/d/e", "f 0644 0:0 out/a/b2/c/d/e/bar \"\""],
            await _bench.CopyAsync("COPY --parents a/b2/c/d/e/bar /out/"));
    }

    [Fact]
    public async Task Parents_take_owner_and_mode_that_are_asked_for()
    {
        Assert.Equal(
            ["d 0750 3:4 out", "d 0750 3:4 out/d", "d 0750 3:4 out/d/e2", "f 0750 3:4 out/d/e2/baz \"\""],
            await _bench.CopyAsync("COPY --parents --chown=3:4 --chmod=750 a/b/c2/./d/e2 /out/"));
    }

    [Fact]
    public async Task Parents_that_exist_take_the_mode_and_keep_the_owner()
    {
        _bench.Context.File("x").Mode("a/b/c2/d", 0x1C0);
        string[] lines = await _bench.CopyAsync("COPY --chown=9 x /out/d/", "COPY --parents --chown=5 --chmod=711 a/b/c2/./d/e2 /out/");
        Assert.Equal(["d 0755 9:9 out", "d 0700 9:9 out/d", "d 0711 5:5 out/d/e2", "f 0711 5:5 out/d/e2/baz \"\"", "f 0644 9:9 out/d/x \"\""], lines);
    }

    [Fact]
    public async Task Excludes_count_from_the_pivot()
    {
        Assert.Equal(["d 0755 0:0 out", "d 0755 0:0 out/c", "d 0755 0:0 out/c/d", "f 0644 0:0 out/c/d/foo \"\""], await _bench.CopyAsync("COPY --parents --exclude=c/d/e a/b/./c /out/"));
        Assert.DoesNotContain("d 0755 0:0 out/c/d/e", await _bench.CopyAsync("COPY --parents --exclude=**/e a/b/./c /out/"));
    }

    [Fact]
    public async Task With_link_the_destination_is_not_looked_at()
    {
        _bench.Before.Link("out", "elsewhere").File("elsewhere/x");
        Assert.Contains("f 0644 0:0 out/c/d/foo \"\"", await _bench.CopyAsync("COPY --link --parents a/b/./c /out/"));
    }

    [Fact]
    public async Task Two_sources_that_share_parents_merge() =>
        Assert.Equal(
            ["d 0755 0:0 out", "d 0755 0:0 out/a", "d 0755 0:0 out/a/b", "d 0755 0:0 out/a/b/c", "d 0755 0:0 out/a/b/c/d", "f 0644 0:0 out/a/b/c/d/foo \"\"", "d 0755 0:0 out/a/b/c2", "d 0755 0:0 out/a/b/c2/d", "d 0755 0:0 out/a/b/c2/d/e2", "f 0644 0:0 out/a/b/c2/d/e2/baz \"\""],
            await _bench.CopyAsync("COPY --parents a/b/c/d/foo a/b/c2/d/e2/baz /out/"));

    [Theory]
    [InlineData("a/b/missing", "\"a/b/missing\" is not in the build context")]
    [InlineData("a/./b/missing", "\"a/b/missing\" is not in the build context")]
    [InlineData("nowhere/./*", "\"nowhere/*\" is not in the build context")]
    public async Task A_path_without_wildcards_must_be_there(string source, string message)
    {
        Diagnostic finding = await _bench.FailAsync($"COPY --parents {source} /out/");
        Assert.Equal((EngineCodes.SourceNotFound, message), (finding.Code, finding.Message));
        Assert.Equal((3, 16), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task History_says_that_parents_were_kept()
    {
        Built built = await _bench.BuildAsync("COPY --parents a/b2/c/d/e/bar /out/");
        Assert.Equal("COPY --parents a/b2/c/d/e/bar /out/", built.Image.Config.History?[^1].CreatedBy);
    }
}
