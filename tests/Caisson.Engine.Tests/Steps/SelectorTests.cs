using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Files;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What is read of a source: all that is taken, and nothing else.</summary>
public sealed class SelectorTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Folder _source;

    public SelectorTests()
    {
        _source = new Folder(_directory["source"]);
        _source.File("a/x.go", "1").File("a/x.md", "2").File("a/deep/y.go", "3").File("b/z.go", "4").File("top.go", "5");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Without_a_filter_everything_is_read_once() =>
        Assert.Equal(["/", "a/", "a/deep/", "a/deep/y.go", "a/x.go", "a/x.md", "b/", "b/z.go", "top.go"], await SeenAsync(new CopySource.Files(1, "/")));

    [Fact]
    public async Task What_is_left_out_is_neither_listed_nor_opened() =>
        Assert.Equal(["/", "a/", "a/x.go", "b/", "b/z.go", "top.go"], await SeenAsync(new CopySource.Files(1, "/") { Excludes = ["**/*.md", "a/deep"] }));

    [Fact]
    public async Task A_directory_that_is_left_out_is_entered_only_where_something_in_it_can_be_taken_back() =>
        Assert.Equal(["/", "a/", "a/deep/", "a/deep/y.go"], await SeenAsync(new CopySource.Files(1, "/") { Excludes = ["*", "!a/deep/y.go"] }));

    [Fact]
    public async Task Only_directories_on_the_way_to_what_is_asked_for_are_listed() =>
        Assert.Equal(["/", "a/", "a/deep/", "a/deep/y.go"], await SeenAsync(new CopySource.Files(1, "/") { Includes = ["a/deep"] }));

    [Fact]
    public async Task A_pattern_of_one_level_goes_no_deeper() =>
        Assert.Equal(["/", "a/", "a/x.go", "b/", "b/z.go"], await SeenAsync(new CopySource.Files(1, "/") { Includes = ["*/*.go"] }));

    [Fact]
    public async Task Two_stars_look_everywhere_and_read_what_matches() =>
        Assert.Equal(["/", "a/", "a/deep/", "a/x.md", "b/"], await SeenAsync(new CopySource.Files(1, "/") { Includes = ["**/*.md"] }));

    private async Task<string[]> SeenAsync(CopySource.Files files)
    {
        using WorkArea work = await WorkArea.CreateAsync(_directory["work"], TimeProvider.System, Ct);
        using WatchedTree tree = new(_source.Path);
        SelectedItem? item = await new Selector(work, parallelism: 2).SelectAsync(new SourceTree(tree, IsContext: true), files.Pattern, PathFilter.Of(files), takesLink: false, Ct);
        Assert.NotNull(item);
        item.List.Dispose();
        return tree.Seen;
    }
}
