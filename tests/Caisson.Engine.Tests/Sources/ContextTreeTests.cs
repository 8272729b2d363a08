using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Sources;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Tests.Sources;

public sealed class ContextTreeTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Folder _context;

    public ContextTreeTests() => _context = new Folder(_directory["context"]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("", new[] { "a.md", "a.txt", "d", "d/b.txt", "d/e", "d/e/c.txt" })]
    [InlineData("*.txt", new[] { "a.md", "d", "d/b.txt", "d/e", "d/e/c.txt" })]
    [InlineData("**/*.txt", new[] { "a.md", "d", "d/e" })]
    [InlineData("d", new[] { "a.md", "a.txt" })]
    [InlineData("d/e", new[] { "a.md", "a.txt", "d", "d/b.txt" })]
    [InlineData("d\n!d/e/c.txt", new[] { "a.md", "a.txt", "d", "d/e", "d/e/c.txt" })]
    [InlineData("*\n!a.md", new[] { "a.md" })]
    [InlineData("*", new string[0])]
    [InlineData("d/*\n!d/missing", new[] { "a.md", "a.txt", "d" })]
    public void What_the_ignore_file_leaves_out_is_not_there(string ignore, string[] expected)
    {
        _context.File("a.txt").File("a.md").File("d/b.txt").File("d/e/c.txt");
        using ContextTree tree = Open(ignore);
        Assert.Equal(expected, Walk(tree, "").Order(StringComparer.Ordinal));
        Assert.All((string[])["a.txt", "a.md", "d", "d/b.txt", "d/e", "d/e/c.txt"], path => Assert.Equal(expected.Contains(path), tree.Find(path) is not null));
    }

    [Fact]
    public void The_root_is_there_whatever_is_left_out()
    {
        using ContextTree tree = Open("*\n**");
        Assert.NotNull(tree.Find(""));
    }

    [Fact]
    public void The_pattern_that_leaves_something_out_is_known()
    {
        _context.File("a.txt").File("b.md");
        using ContextTree tree = Open("# comment\n*.txt");
        Assert.Equal(2, tree.FindIgnoringPattern("a.txt")?.Line);
        Assert.Null(tree.FindIgnoringPattern("b.md"));
        Assert.Null(tree.FindIgnoringPattern("missing.txt"));
    }

    [Fact]
    public void Files_belong_to_root_and_have_no_attributes_of_this_machine_but_keep_mode_and_capabilities()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        _context.File("f", "x", mode: 0x1E8).Owner("f", 5, 6);
        using (DirectoryHandle root = DirectoryHandle.Open(_context.Path))
        {
            root.SetAttribute("f", "user.comment", "x"u8);
            root.SetAttribute("f", "security.capability", [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        using ContextTree tree = Open("");
        FileEntry file = tree.Find("f")!; // made above
        Assert.Equal((0x1E8, 0u, 0u), (file.Mode, file.Uid, file.Gid));
        Assert.Equal(["security.capability"], file.Xattrs.Keys);
    }

    [Fact]
    public void A_context_can_change_while_it_is_read()
    {
        using ContextTree tree = Open("");
        Assert.True(tree.CanChange);
    }

    [Fact]
    public void A_link_out_of_the_context_is_shown_and_leads_nowhere()
    {
        File.WriteAllText(_directory["secret"], "secret");
        _context.Link("l", "../secret").Link("up", "..");
        using ContextTree tree = Open("");
        Assert.Equal("../secret", tree.Find("l")?.LinkTarget);
        Assert.Throws<ContentChangedException>(() => tree.Open("l").Dispose());
        Assert.Null(tree.Find("up/secret"));
        Assert.Equal("secret", TreePath.Resolve(tree, "up/secret"));
        Assert.Null(tree.Find(TreePath.Resolve(tree, "up/secret")));
    }

    private ContextTree Open(string ignore) => new(_context.Path, IgnoreFile.Parse(new SourceText(".dockerignore", ignore)).Matcher, _directory["store"], caches: null);

    private static IEnumerable<string> Walk(ContextTree tree, string directory) =>
        tree.Children(directory).SelectMany(e => e.IsDirectory ? [e.Path, .. Walk(tree, e.Path)] : (IEnumerable<string>)[e.Path]);
}
