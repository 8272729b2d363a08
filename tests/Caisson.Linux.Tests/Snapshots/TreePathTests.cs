using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class TreePathTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private MergedTree _tree = null!; // opened before each test

    public async ValueTask InitializeAsync()
    {
        await Tool.ShellAsync(_temp.Make("root"), """
            mkdir -p a/b etc; touch a/b/f etc/passwd; ln -s b a/rel; ln -s /a abs; ln -s ../../../../etc up; ln -s loop loop; ln -s nowhere dangling
            ln -s /abs/rel/../rel chain; ln -s . here; ln -s / slash
            ln -s a l0; i=0; while [ $i -lt 41 ]; do ln -s l$i l$((i+1)); i=$((i+1)); done
            """);
        _tree = Trees.Merge(_temp, "root");
    }

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("a/b/f", "a/b/f")]
    [InlineData("/a//./b/", "a/b")]
    [InlineData("a/rel/f", "a/b/f")]
    [InlineData("abs/b", "a/b")]
    [InlineData("abs", "a")]
    [InlineData("up/passwd", "etc/passwd")]
    [InlineData("../../etc/passwd", "etc/passwd")]
    [InlineData("abs/../etc", "etc")]
    [InlineData("chain/f", "a/b/f")]
    [InlineData("here/here/a", "a")]
    [InlineData("slash/etc", "etc")]
    [InlineData("dangling", "nowhere")]
    [InlineData("missing/../a", "a")]
    [InlineData("missing/x", "missing/x")]
    [InlineData("l39/b", "a/b")]
    public void Links_are_followed_inside_the_tree(string path, string resolved) => Assert.Equal(resolved, TreePath.Resolve(_tree, path));

    [Theory]
    [InlineData("abs", "abs")]
    [InlineData("abs/", "abs")]
    [InlineData("abs/rel", "a/rel")]
    [InlineData("a/b", "a/b")]
    public void The_last_link_can_be_left_alone(string path, string resolved) => Assert.Equal(resolved, TreePath.Resolve(_tree, path, followLast: false));

    [Theory]
    [InlineData("loop")]
    [InlineData("loop/x")]
    [InlineData("l41/b")]
    public void Links_without_end_are_refused_as_the_kernel_does(string path) =>
        Assert.Equal(Errno.ELOOP, Assert.Throws<SystemCallException>(() => TreePath.Resolve(_tree, path)).ErrorNumber);
}
