using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class DirectoryRemovalTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Everything_in_a_directory_goes_with_it()
    {
        await Tool.ShellAsync(_temp.Path, """
            mkdir -p tree/a/b/c tree/d; echo x > tree/a/file; ln -s nowhere tree/link; mkfifo tree/d/pipe; printf x > "$(printf 'tree/a\377')"
            """);
        DirectoryRemoval.Remove(_temp["tree"]);
        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public async Task Links_are_removed_and_not_followed()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir kept tree; echo x > kept/file; ln -s ../kept tree/relative; ln -s \"$PWD/kept\" tree/absolute; ln -s . tree/loop");
        DirectoryRemoval.Remove(_temp["tree"]);
        Assert.Equal("x\n", File.ReadAllText(_temp["kept/file"]));
        Assert.False(Directory.Exists(_temp["tree"]));
    }

    [Fact]
    public async Task A_link_to_a_directory_is_none()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir kept; ln -s kept link");
        SystemCallException failure = Assert.Throws<SystemCallException>(() => DirectoryRemoval.Remove(_temp["link"]));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
        Assert.True(Directory.Exists(_temp["kept"]));
    }

    [Theory]
    [InlineData("tree")]
    [InlineData("missing/tree")]
    public void A_directory_that_is_not_there_is_no_error(string path) => DirectoryRemoval.Remove(_temp[path]);

    [Fact]
    public async Task Directories_that_keep_everyone_out_are_removed_by_their_owner()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, """
            mkdir -p tree/closed/deeper tree/read-only; touch tree/closed/deeper/file tree/read-only/file
            chmod 000 tree/closed/deeper tree/closed; chmod 555 tree/read-only tree; chmod 777 .; chown -R 65534:65534 .
            """);
        using OtherProcess owner = OtherProcess.StartAs(65534, "remove", _temp["tree"]);
        Assert.Equal("removed", await owner.ReadLineAsync());
        Assert.False(Directory.Exists(_temp["tree"]));
    }

    // Deeper than a process may have files open, and than its stack bears.
    [Fact]
    public async Task A_tree_of_any_depth_is_removed()
    {
        Requires.Tool("perl");
        await Tool.RunAsync("perl", "-e", "chdir $ARGV[0]; mkdir 'deep-1'; for (1..25000) { mkdir 'd' or die; chdir 'd' or die; if ($_ % 100 == 1) { open F, '>', 'f' } }", _temp.Make("tree"));
        DirectoryRemoval.Remove(_temp["tree"]);
        Assert.False(Directory.Exists(_temp["tree"]));
    }

    [Fact]
    public async Task What_cannot_be_removed_is_named()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, "mkdir tree; touch tree/stuck; chattr +i tree/stuck");
        try
        {
            SystemCallException failure = Assert.Throws<SystemCallException>(() => DirectoryRemoval.Remove(_temp["tree"]));
            Assert.Equal(("stuck", Errno.EPERM), (failure.Path, failure.ErrorNumber));
        }
        finally
        {
            await Tool.ShellAsync(_temp.Path, "chattr -i tree/stuck");
        }
    }
}
