using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Native;

public sealed class DirectoryHandleTests : IDisposable
{
    // "a", an invalid byte, "b".
    private const string InvalidName = "a\uDCFFb";

    private readonly TempDirectory _temp = new();
    private readonly DirectoryHandle _root;

    public DirectoryHandleTests() => _root = DirectoryHandle.Open(_temp.Make("root"));

    public void Dispose()
    {
        _root.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData("inside/file")]
    [InlineData("absolute/file")]
    [InlineData("outside/file")]
    [InlineData("directory/up/file")]
    [InlineData("link-to-file")]
    [InlineData("dangling")]
    public async Task A_file_is_not_opened_through_a_symbolic_link(string path)
    {
        await MakeLinksAsync();
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.OpenFile(path));
        Assert.Equal((Errno.ELOOP, path), (failure.ErrorNumber, failure.Path));
    }

    [Theory]
    [InlineData("inside")]
    [InlineData("absolute")]
    [InlineData("outside")]
    [InlineData("directory/up")]
    [InlineData("inside/nested")]
    public async Task A_directory_is_not_opened_through_a_symbolic_link(string path)
    {
        await MakeLinksAsync();
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.OpenDirectory(path));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../root")]
    [InlineData("directory/../..")]
    [InlineData("/")]
    [InlineData("/tmp")]
    public async Task No_path_leads_above_the_directory(string path)
    {
        await MakeLinksAsync();
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.OpenDirectory(path));
        Assert.Equal(Errno.EXDEV, failure.ErrorNumber);
    }

    [Fact]
    public async Task The_empty_path_is_the_directory_itself()
    {
        await MakeLinksAsync();
        using DirectoryHandle same = _root.OpenDirectory("");
        Assert.Equal(_root.Status().Inode, same.Status().Inode);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("missing/deeper")]
    [InlineData("directory/file")]
    [InlineData("directory/file/deeper")]
    [InlineData("inside")]
    public async Task A_directory_that_is_not_there_is_absent(string path)
    {
        await MakeLinksAsync();
        using DirectoryHandle? absent = _root.TryOpenDirectory(path);
        Assert.Null(absent);
    }

    [Fact]
    public void A_name_longer_than_any_can_be_is_absent()
    {
        string longName = new('n', 256);
        using DirectoryHandle? directory = _root.TryOpenDirectory(longName);
        Assert.Null(directory);
        Assert.Null(_root.TryStatus(longName));
    }

    // What stands at a name of this directory when it is looked up may be elsewhere before it is open: the kernel says EXDEV then.
    [Fact]
    public async Task A_directory_that_is_moved_away_meanwhile_is_there_or_absent()
    {
        string here = Path.Combine(_temp["root"], "moved"), there = _temp["elsewhere"];
        Directory.CreateDirectory(here);
        using CancellationTokenSource enough = new();
        Task moving = Task.Run(
            () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    Directory.Move(here, there);
                    Directory.Move(there, here);
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < 100_000; i++)
            _root.TryOpenDirectory("moved")?.Dispose();
        await enough.CancelAsync();
        await moving;
    }

    // The directory may be there: to call it absent would lose what is in it.
    [Fact]
    public void A_path_longer_than_the_kernel_takes_is_an_error_and_not_absence()
    {
        string path = string.Join('/', Enumerable.Repeat(new string('d', 200), 25));
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.TryOpenDirectory(path));
        Assert.Equal(Errno.ENAMETOOLONG, failure.ErrorNumber);
    }

    [Fact]
    public void A_closed_handle_is_an_error_and_not_absence()
    {
        using DirectoryHandle closed = _root.OpenDirectory("");
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => closed.TryOpenDirectory("x"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_survive_in_names()
    {
        await Tool.ShellAsync(_temp["root"], """printf content > "$(printf 'a\377b')" """);
        Assert.Equal([InvalidName], _root.List());
        Assert.Equal(7, _root.Status(InvalidName).SizeBytes);
        using (SafeFileHandle file = _root.OpenFile(InvalidName))
            Assert.Equal(7, RandomAccess.GetLength(file));
        _root.CreateSymbolicLink("link", InvalidName);
        Assert.Equal(InvalidName, _root.ReadLink("link"));
        _root.RemoveFile(InvalidName);
        Assert.Equal(["link"], _root.List());
    }

    [Fact]
    public async Task Names_are_made_of_the_bytes_that_they_stand_for()
    {
        _root.CreateDirectory(InvalidName, 0x1ED);
        using (DirectoryHandle made = _root.OpenDirectory(InvalidName))
            made.CreateDirectory("é", 0x1ED);
        Assert.Equal("./a\\377b\n./a\\377b/\\303\\251\n", await Tool.ShellAsync(_temp["root"], "find . -mindepth 1 | LC_ALL=C sed -n l | sed 's/\\$$//'"));
    }

    [Fact]
    public void Names_are_listed_in_ordinal_order_without_the_two_that_are_always_there()
    {
        foreach (string name in (string[])["b", "a", "B", "ä", "..c", "-"])
            _root.CreateDirectory(name, 0x1ED);
        Assert.Equal(["-", "..c", "B", "a", "b", "ä"], _root.List());
    }

    [Fact]
    public async Task A_large_directory_is_listed_whole()
    {
        await Tool.ShellAsync(_temp["root"], "seq -f 'a-name-of-some-length-%06.0f' 5000 | xargs touch");
        List<string> names = _root.List();
        Assert.Equal(5000, names.Count);
        Assert.Equal("a-name-of-some-length-005000", names[^1]);
    }

    [Fact]
    public async Task One_handle_is_listed_by_several_threads_at_once()
    {
        await Tool.ShellAsync(_temp["root"], "seq 3000 | xargs touch");
        List<string>[] lists = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(_root.List, TestContext.Current.CancellationToken)));
        Assert.All(lists, static names => Assert.Equal(3000, names.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void A_path_is_no_name(string name)
    {
        Assert.Throws<ArgumentException>(() => _root.TryStatus(name));
        Assert.Throws<ArgumentException>(() => _root.CreateDirectory(name, 0x1ED));
        Assert.Throws<ArgumentException>(() => _root.RemoveFile(name));
        Assert.Throws<ArgumentException>(() => _root.CreateFile(name, 0x1A4));
        Assert.Throws<ArgumentException>(() => _root.SetAttribute(name, "user.a", []));
    }

    [Fact]
    public async Task A_long_path_of_long_names_is_opened()
    {
        string name = new('ж', 127); // 254 bytes
        string path = string.Join('/', Enumerable.Repeat(name, 15));
        await Tool.ShellAsync(_temp["root"], $"mkdir -p {path}; printf x > {path}/file");
        using SafeFileHandle file = _root.OpenFile(path + "/file");
        Assert.Equal(1, RandomAccess.GetLength(file));
    }

    [Fact]
    public void An_error_says_which_call_on_which_path_and_why()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.OpenFile("not/there"));
        Assert.Equal(("openat2", "not/there", Errno.ENOENT), (failure.Call, failure.Path, failure.ErrorNumber));
        Assert.Equal("openat2 not/there: No such file or directory", failure.Message);
        Assert.True(failure.IsNotFound);
        Assert.False(failure.IsDiskFull);
    }

    [Fact]
    public void A_missing_directory_is_named_by_the_error()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => DirectoryHandle.Open(_temp["missing"]));
        Assert.Equal((_temp["missing"], Errno.ENOENT), (failure.Path, failure.ErrorNumber));
    }

    [Fact]
    public async Task A_file_is_no_directory()
    {
        await MakeLinksAsync();
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<SystemCallException>(() => _root.OpenDirectory("directory/file")).ErrorNumber);
    }

    [Fact]
    public void A_pipe_without_a_writer_does_not_hold_up_whoever_opens_it()
    {
        _root.CreateNode("pipe", FileKind.Fifo, 0x1A4, 0, 0);
        Assert.Equal(Errno.EINVAL, Assert.Throws<SystemCallException>(() => _root.OpenFile("pipe")).ErrorNumber);
    }

    [Fact]
    public void A_directory_is_not_opened_as_a_file()
    {
        _root.CreateDirectory("directory", 0x1ED);
        Assert.Equal(Errno.EISDIR, Assert.Throws<SystemCallException>(() => _root.OpenFile("directory")).ErrorNumber);
    }

    [Fact]
    public void A_device_is_not_opened_as_a_file()
    {
        Requires.Root();
        _root.CreateNode("zero", FileKind.CharacterDevice, 0x1B6, 1, 5);
        Assert.Equal(Errno.EINVAL, Assert.Throws<SystemCallException>(() => _root.OpenFile("zero")).ErrorNumber);
    }

    [Fact]
    public void A_new_file_takes_no_name_that_is_taken()
    {
        _root.CreateSymbolicLink("taken", "elsewhere");
        Assert.Equal(Errno.EEXIST, Assert.Throws<SystemCallException>(() => _root.CreateFile("taken", 0x1A4)).ErrorNumber);
        Assert.Equal(["taken"], _root.List());
    }

    [Fact]
    public void The_longest_link_is_read_whole()
    {
        string target = new('t', 4095);
        _root.CreateSymbolicLink("link", target);
        Assert.Equal(target, _root.ReadLink("link"));
    }

    [Fact]
    public void What_is_no_link_has_no_target()
    {
        _root.CreateDirectory("directory", 0x1ED);
        Assert.Equal(Errno.EINVAL, Assert.Throws<SystemCallException>(() => _root.ReadLink("directory")).ErrorNumber);
    }

    private Task<string> MakeLinksAsync() => Tool.ShellAsync(_temp["root"], $"""
        mkdir -p directory/nested ../beside
        touch directory/file directory/nested/file ../beside/file
        ln -s directory inside
        ln -s '{_temp["root"]}/directory' absolute
        ln -s ../beside outside
        ln -s .. directory/up
        ln -s directory/file link-to-file
        ln -s nowhere dangling
        """);
}
