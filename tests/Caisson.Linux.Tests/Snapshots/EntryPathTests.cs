using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class EntryPathTests
{
    [Fact]
    public void A_directory_comes_before_what_it_holds_and_what_it_holds_comes_together()
    {
        string[] expected = ["", "a", "a/b", "a/b/c", "a/b.c", "a!", "a-b", "a.b", "ab", "b", "\uDC80", "\uFFFF"];
        string[] mixed = [.. expected];
        new Random(1).Shuffle(mixed);
        Assert.Equal(expected, mixed.Order(EntryPath.Order));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("/a/b", "a/b")]
    [InlineData("a//./b/", "a/b")]
    [InlineData("../../a", "a")]
    [InlineData("a/../b", "b")]
    [InlineData("a/..", "")]
    [InlineData("a/b/../../../c", "c")]
    [InlineData("..a/b..", "..a/b..")]
    public void Dots_and_empty_parts_are_worked_out_and_stop_at_the_root(string path, string clean) => Assert.Equal(clean, EntryPath.Clean(path));

    [Theory]
    [InlineData("a/b/c", new[] { "a", "a/b" })]
    [InlineData("a", new string[0])]
    [InlineData("", new string[0])]
    public void Ancestors_are_the_directories_on_the_way(string path, string[] ancestors) => Assert.Equal(ancestors, EntryPath.Ancestors(path));

    [Theory]
    [InlineData("a/b", "a", true)]
    [InlineData("a", "a", true)]
    [InlineData("ab", "a", false)]
    [InlineData("a", "a/b", false)]
    [InlineData("anything", "", true)]
    public void A_path_is_within_a_directory_by_whole_names(string path, string directory, bool isWithin) => Assert.Equal(isWithin, EntryPath.IsWithin(path, directory));

    [Theory]
    [InlineData("a/b/c", "a/b", "c")]
    [InlineData("a", "", "a")]
    [InlineData("", "", "")]
    public void A_path_is_its_parent_and_its_name(string path, string parent, string name)
    {
        Assert.Equal((parent, name), (EntryPath.Parent(path), EntryPath.Name(path)));
        Assert.Equal(path, EntryPath.Join(parent, name));
    }
}
