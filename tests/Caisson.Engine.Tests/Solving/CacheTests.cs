using System.Text.Json;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Solving;

/// <summary>Which steps are done again, and which are not.</summary>
public sealed class CacheTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_second_build_does_nothing_and_gives_the_same_image()
    {
        _workshop.Context.File("a", "A").File("b", "B");
        const string dockerfile = "FROM scratch AS one\nCOPY a /x/\nWORKDIR /w\nFROM scratch\nCOPY --from=one /x /y\nCOPY b /\n";
        Built first = await _workshop.BuildAsync(dockerfile);
        Assert.All(first.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        await _workshop.ReopenAsync();
        Built second = await _workshop.BuildAsync(dockerfile);
        Assert.Equal(4, second.Steps.Length);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Without_the_cache_everything_is_done_again_and_gives_the_same_image()
    {
        _workshop.Context.File("a", "A");
        Built first = await _workshop.BuildAsync("FROM scratch\nCOPY a /\n");
        Built second = await _workshop.BuildAsync("FROM scratch\nCOPY a /\n", static r => r with { UsesCache = false });
        Assert.Equal(["COPY a / done"], second.Steps);
        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task What_a_context_file_is_decides_and_when_it_was_written_does_not()
    {
        _workshop.Context.File("a", "A").File("other", "O");
        await AssertAgainAsync("done");
        _workshop.Context.Time("a", 1000);
        await AssertAgainAsync("cached");
        _workshop.Context.File("other", "changed").File("new", "N");
        await AssertAgainAsync("cached");
        _workshop.Context.Mode("a", 0x1C0);
        await AssertAgainAsync("done");
        _workshop.Context.File("a", "B", mode: 0x1C0);
        await AssertAgainAsync("done");
        File.Delete(_workshop.Context["a"]);
        _workshop.Context.Link("a", "other");
        await AssertAgainAsync("done");
        _workshop.Context.File("other", "more");
        await AssertAgainAsync("done");

        async Task AssertAgainAsync(string ending) => Assert.Equal(["COPY a /x " + ending], (await _workshop.BuildAsync("FROM scratch\nCOPY a /x\n")).Steps);
    }

    [Fact]
    public async Task Owners_of_context_files_do_not_matter()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        _workshop.Context.File("a", "A");
        Built first = await _workshop.BuildAsync("FROM scratch\nCOPY a /\n");
        _workshop.Context.Owner("a", 5, 6);
        Built second = await _workshop.BuildAsync("FROM scratch\nCOPY a /\n");
        Assert.Equal(["COPY a / cached"], second.Steps);
        Assert.Equal(first.Digest, second.Digest);
    }

    [Theory]
    [InlineData("COPY a /x", "COPY a /y", "done")]
    [InlineData("COPY a /x", "COPY a /x/", "done")]
    [InlineData("COPY a /x", "COPY --chown=5 a /x", "done")]
    [InlineData("COPY a /x", "COPY --chmod=700 a /x", "done")]
    [InlineData("COPY a /x", "COPY --link a /x", "done")]
    [InlineData("COPY a /x", "COPY b /x", "done")]
    [InlineData("COPY a /x/", "COPY ./a x/", "cached")]
    [InlineData("COPY a /x", "copy  a \\\n  /x", "cached")]
    [InlineData("COPY a /x", "# a comment\nLABEL l=1\nENV E=1\nCOPY a /x", "cached")]
    [InlineData("WORKDIR /w", "WORKDIR w/.", "cached")]
    [InlineData("WORKDIR /w", "USER 5\nWORKDIR /w", "done")]
    [InlineData("WORKDIR /w", "WORKDIR /v", "done")]
    public async Task A_step_is_what_it_does_and_not_how_it_is_written(string first, string second, string ending)
    {
        _workshop.Context.File("a", "A").File("b", "B");
        await _workshop.BuildAsync("FROM scratch\n" + first + "\n");
        Built again = await _workshop.BuildAsync("FROM scratch\n" + second + "\n");
        Assert.EndsWith(" " + ending, Assert.Single(again.Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_whose_inputs_came_out_the_same_is_not_done_again()
    {
        _workshop.Context.File("a", "A").File("b", "B").File("kept", "K");
        const string dockerfile = "FROM scratch AS one\nCOPY {0} /kept /x/\nFROM scratch\nCOPY --from=one /x/kept /y\nCOPY b /z\n";
        await _workshop.BuildAsync(dockerfile.Replace("{0}", "a", StringComparison.Ordinal));
        Built second = await _workshop.BuildAsync(dockerfile.Replace("{0}", "b", StringComparison.Ordinal));
        Assert.Equal(["COPY --from=one /x/kept /y cached", "COPY b /kept /x/ done", "COPY b /z cached"], second.Steps.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Equal_work_of_two_stages_is_done_once()
    {
        _workshop.Context.File("a", "A");
        Built built = await _workshop.BuildAsync("FROM scratch AS one\nCOPY a /x\nFROM scratch AS two\nCOPY a /x\nFROM scratch\nCOPY --from=one /x /1\nCOPY --from=two /x /2\n");
        Assert.Equal(["COPY --from=one /x /1 done", "COPY --from=two /x /2 done", "COPY a /x done"], built.Steps.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stages_that_nobody_needs_are_not_looked_at()
    {
        _workshop.Context.File("a", "A");
        Built built = await _workshop.BuildAsync("FROM no.such.registry.invalid/image AS unused\nCOPY missing /\nFROM scratch\nCOPY a /\n");
        Assert.Equal(["COPY a / done"], built.Steps);
    }

    [Fact]
    public async Task One_thread_and_several_give_the_same_image()
    {
        for (int i = 0; i < 40; i++)
            _workshop.Context.File($"d/{i % 7}/f{i}", new string((char)('a' + (i % 26)), i * 100));
        string dockerfile = string.Concat(Enumerable.Range(0, 7).Select(static i => $"FROM scratch AS s{i}\nCOPY d/{i} /d\n"))
            + "FROM scratch\n" + string.Concat(Enumerable.Range(0, 7).Select(static i => $"COPY --from=s{i} /d /all/{i}\n"));
        Built several = await _workshop.BuildAsync(dockerfile);
        await using Workshop other = await Workshop.OpenAsync(static o => o with { Parallelism = 1, MaxRunningSteps = 1 });
        foreach (string file in Directory.GetFiles(_workshop.Context.Path, "*", SearchOption.AllDirectories))
            other.Context.Bytes(Path.GetRelativePath(_workshop.Context.Path, file), await File.ReadAllBytesAsync(file, Ct));
        Assert.Equal(several.Digest, (await other.BuildAsync(dockerfile)).Digest);
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "empty", "" },
        { "cut short", "{\"version\":1,\"inputs\":[{\"la" },
        { "no JSON", "\0\0\0\0" },
        { "null", "null" },
        { "another version", "{\"version\":99,\"inputs\":[{\"layers\":[]}],\"taken\":[],\"layer\":\"list-00\"}" },
        { "no layer", "{\"version\":1,\"inputs\":[{\"layers\":[]}],\"taken\":[null]}" },
        { "a layer that is null", "{\"version\":1,\"inputs\":[{\"layers\":[]}],\"taken\":[null],\"layer\":null}" },
        { "a layer with a path", "{\"version\":1,\"inputs\":[{\"layers\":[]}],\"taken\":[null],\"layer\":\"../../etc\"}" },
        { "a layer that is gone", "{\"version\":1,\"inputs\":[{\"layers\":[]}],\"taken\":[null],\"layer\":\"list-00\"}" },
        { "inputs that are null", "{\"version\":1,\"inputs\":null,\"taken\":[],\"layer\":\"list-00\"}" },
        { "an input with a path", "{\"version\":1,\"inputs\":[{\"layers\":[\"../x\"]}],\"taken\":[null],\"layer\":\"KEPT\"}" },
        { "an input of nothing", "{\"version\":1,\"inputs\":[null],\"taken\":[null],\"layer\":\"KEPT\"}" },
        { "an input that is gone", "{\"version\":1,\"inputs\":[{\"layers\":[\"list-00\"]}],\"taken\":[null],\"layer\":\"KEPT\"}" },
        { "an input on another image", "{\"version\":1,\"inputs\":[{\"image\":\"sha256:00\",\"layers\":[]}],\"taken\":[null],\"layer\":\"KEPT\"}" },
        { "layers that are null", "{\"version\":1,\"inputs\":[{\"layers\":null}],\"taken\":[null],\"layer\":\"KEPT\"}" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_record_that_cannot_be_read_is_as_none(string what, string content)
    {
        _workshop.Context.File("a", "A");
        Built first = await _workshop.BuildAsync("FROM scratch\nCOPY a /x\nWORKDIR /w\n");
        foreach (string record in Directory.GetFiles(Path.Combine(_workshop.StatePath, "cache", "steps"), "*", SearchOption.AllDirectories))
        {
            string layer = JsonDocument.Parse(await File.ReadAllTextAsync(record, Ct)).RootElement.GetProperty("layer").GetString()!; // a record has one
            await File.WriteAllTextAsync(record, content.Replace("KEPT", layer, StringComparison.Ordinal), Ct);
        }
        await _workshop.ReopenAsync();
        Built second = await _workshop.BuildAsync("FROM scratch\nCOPY a /x\nWORKDIR /w\n");
        Assert.Equal((what, first.Digest), (what, second.Digest));
        Assert.Equal(["COPY a /x done", "WORKDIR /w done"], second.Steps);
    }

    [Fact]
    public async Task Layers_that_are_gone_are_made_again()
    {
        _workshop.Context.File("a", "A");
        Built first = await _workshop.BuildAsync("FROM scratch\nCOPY a /x\n");
        await _workshop.ReopenAsync();
        Directory.Delete(Path.Combine(_workshop.StatePath, "layers"), recursive: true);
        Directory.CreateDirectory(Path.Combine(_workshop.StatePath, "layers"));
        Built second = await _workshop.BuildAsync("FROM scratch\nCOPY a /x\n");
        Assert.Equal((first.Digest, "COPY a /x done"), (second.Digest, Assert.Single(second.Steps)));
    }

    [Fact]
    public async Task Two_builds_at_once_of_the_same_thing_give_the_same_image()
    {
        _workshop.Context.File("a", "A");
        BuildRequest request = _workshop.Request("FROM scratch\nCOPY a /x\n");
        Built[] built = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Workshop.BuildAsync(_workshop.Engine, request)));
        Assert.Single(built.Select(static b => b.Digest).Distinct());
    }
}
