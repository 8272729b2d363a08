using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>COPY and ADD with --exclude, as BuildKit 0.25 does it.</summary>
public sealed class CopyExcludeTests : IAsyncLifetime
{
    private CopyBench _bench = null!; // made before each test

    public async ValueTask InitializeAsync() => _bench = await CopyBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("--exclude=*.txt", "a.go sub sub/b.txt")]
    [InlineData("--exclude=**/*.txt", "a.go sub")]
    [InlineData("--exclude=*.txt --exclude=sub", "a.go")]
    [InlineData("--exclude=sub/", "a.go a.txt")]
    [InlineData("--exclude=./sub", "a.go a.txt")]
    [InlineData("--exclude=s?b", "a.go a.txt")]
    [InlineData("--exclude=sub/*", "a.go a.txt sub")]
    [InlineData("--exclude=*", "")]
    [InlineData("--exclude=", "a.go a.txt sub sub/b.txt")]
    public async Task What_a_pattern_matches_below_the_source_is_left_out(string flags, string kept)
    {
        _bench.Context.File("src/a.txt").File("src/a.go").File("src/sub/b.txt");
        Assert.Equal(kept, Names(await _bench.CopyAsync($"COPY {flags} src /new"), "new"));
        Assert.Equal(kept, Names(await _bench.CopyAsync($"ADD {flags} src /new"), "new"));
    }

    [Theory]
    [InlineData("--exclude=/sub")]
    [InlineData("--exclude=src/sub")]
    [InlineData("--exclude=$P")]
    public async Task A_pattern_is_relative_to_each_source_and_nothing_is_expanded_in_it(string flag)
    {
        _bench.Context.File("src/sub/b");
        Assert.Equal("sub sub/b", Names(await _bench.CopyAsync("ENV P=sub", $"COPY {flag} src /new"), "new"));
    }

    [Fact]
    public async Task A_file_that_is_itself_the_source_is_copied_whatever_is_excluded()
    {
        _bench.Context.File("a.txt").File("dir/b.txt").File("dir/c");
        Assert.Equal("a.txt c", Names(await _bench.CopyAsync("COPY --exclude=*.txt a* dir /new/"), "new"));
    }

    [Theory]
    [InlineData("--exclude=sub --exclude=!sub/keep/x", "a sub sub/keep sub/keep/x")]
    [InlineData("--exclude=** --exclude=!sub/keep", "sub sub/keep sub/keep/x sub/keep/y")]
    [InlineData("--exclude=!sub/keep/x --exclude=sub", "a")]
    public async Task An_exclamation_mark_takes_back_and_brings_the_directories_on_the_way(string flags, string kept)
    {
        _bench.Context.File("src/a").File("src/sub/b").File("src/sub/keep/x").File("src/sub/keep/y").File("src/sub/other/z");
        Assert.Equal(kept, Names(await _bench.CopyAsync($"COPY {flags} src /new"), "new"));
    }

    [Fact]
    public async Task Directories_on_the_way_to_what_is_taken_back_have_the_mode_of_the_source()
    {
        _bench.Context.File("src/sub/x", "X").Mode("src/sub", 0x1C0);
        Assert.Equal(["d 0755 7:8 new", "d 0700 7:8 new/sub", "f 0644 7:8 new/sub/x \"X\""], await _bench.CopyAsync("COPY --exclude=sub --exclude=!sub/x --chown=7:8 src /new"));
    }

    [Fact]
    public async Task A_directory_on_the_way_that_exists_takes_the_mode_and_keeps_its_owner()
    {
        _bench.Context.File("src/sub/x", "X").Mode("src/sub", 0x1C0);
        string[] files = await _bench.CopyAsync("COPY --chown=1:2 --chmod=711 src /new", "COPY --exclude=sub --exclude=!sub/x --chown=7:8 src /new");
        Assert.Equal(["d 0700 1:2 new/sub", "f 0644 7:8 new/sub/x \"X\""], files[1..]);
    }

    // The first source makes it, with the mode asked for; the second one finds it.
    [Theory]
    [InlineData("one two", "d 0700 7:8 new/sub")]
    [InlineData("one two/", "d 0700 7:8 new/sub")]
    [InlineData("one", "d 0640 7:8 new/sub")]
    [InlineData("two two", "d 0700 7:8 new/sub")]
    public async Task A_directory_on_the_way_that_another_source_made_takes_the_mode_of_the_source(string sources, string expected)
    {
        _bench.Context.File("one/sub/x", "X").Mode("one/sub", 0x1ED).File("two/sub/x", "X").Mode("two/sub", 0x1C0);
        string[] files = await _bench.CopyAsync($"COPY --exclude=sub --exclude=!sub/x --chown=7:8 --chmod=u=rw,g=r,o= {sources} /new/");
        Assert.Equal(["d 0755 7:8 new", expected, "f 0640 7:8 new/sub/x \"X\""], files);
    }

    [Fact]
    public async Task A_file_of_one_source_where_another_passes_through_is_refused()
    {
        _bench.Context.File("one/sub").File("two/sub/x");
        await _bench.FailAsync("COPY --exclude=sub/y --exclude=!sub/x one two /new/");
        await _bench.FailAsync("COPY --exclude=*/* --exclude=!sub/x two one /new/");
    }

    [Fact]
    public async Task What_is_left_out_is_no_part_of_the_key()
    {
        _bench.Context.File("src/a", "A").File("src/out", "1");
        await _bench.BuildAsync("COPY --exclude=out src /new");
        _bench.Context.File("src/out", "2").File("src/other/out", "2");
        await _bench.ReopenAsync();
        Assert.Contains("COPY --exclude=out src /new done", (await _bench.BuildAsync("COPY --exclude=out src /new")).Steps); // other/ is new
        _bench.Context.File("src/out", "3");
        await _bench.ReopenAsync();
        Assert.Contains("COPY --exclude=out src /new cached", (await _bench.BuildAsync("COPY --exclude=out src /new")).Steps);
    }

    [Fact]
    public async Task Another_pattern_for_files_of_a_stage_is_another_copy()
    {
        _bench.Context.File("src/a", "A").File("src/b", "B");
        const string stage = "FROM scratch AS stage\nCOPY src /src\nFROM scratch\n";
        Assert.Equal("a", Names(await _bench.CopyAsync(stage + "COPY --from=stage --exclude=b /src /new"), "new"));
        Assert.Equal("b", Names(await _bench.CopyAsync(stage + "COPY --from=stage --exclude=a /src /new"), "new"));
    }

    [Theory]
    [InlineData("[", "the pattern \"[\" cannot be read: \"[\" is not closed by \"]\"")]
    [InlineData("!", "the pattern \"!\" cannot be read: it is empty")]
    public async Task A_pattern_that_cannot_be_read_is_told_at_its_place(string pattern, string message)
    {
        Diagnostic finding = await _bench.FailAsync($"COPY --exclude={pattern} src /new");
        Assert.Equal((DiagnosticCodes.BadExcludePattern, message), (finding.Code, finding.Message));
        Assert.Equal((3, 16), (finding.Where?.Line, finding.Where?.Column));
    }

    private static string Names(string[] lines, string below) =>
        string.Join(' ', lines.Select(static l => l.Split(' ')[3]).Where(p => p.StartsWith(below + "/", StringComparison.Ordinal)).Select(p => p[(below.Length + 1)..]));
}
