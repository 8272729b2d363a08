using Caisson.Linux.Processes;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Processes;

public sealed class SearchPathTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task The_first_executable_file_is_taken()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir -p a b c d/tool; touch b/tool c/tool; chmod 644 b/tool; chmod 755 c/tool; cp -p c/tool e");
        Assert.Equal(_temp["c/tool"], SearchPath.Find($"{_temp["missing"]}::{_temp["a"]}:{_temp["d"]}:{_temp["b"]}:{_temp["c"]}", "tool"));
    }

    [Fact]
    public async Task A_link_to_a_program_is_a_program_and_a_dangling_one_is_none()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir a b; touch program; chmod 755 program; ln -s nowhere a/tool; ln -s ../program b/tool");
        Assert.Equal(_temp["b/tool"], SearchPath.Find($"{_temp["a"]}:{_temp["b"]}", "tool"));
    }

    [Fact]
    public void A_program_that_is_nowhere_is_not_found() => Assert.Null(SearchPath.Find($"{_temp.Path}:/usr/bin", "no-such-program"));

    [Fact]
    public void Nowhere_is_searched_when_there_is_no_search_path() => Assert.Null(SearchPath.Find("", "sh"));
}
