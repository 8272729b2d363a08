using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Tests.Testing;
using static Caisson.Daemon.Tests.Testing.LlbGraph;

namespace Caisson.Daemon.Tests.Llb;

/// <summary>Files that graphs of clients copy and make, as BuildKit 0.25 does it; which is not as a Dockerfile's COPY does.</summary>
public sealed class LlbCopyTests : IAsyncLifetime
{
    private readonly LlbGraph _graph = new();
    private LlbBench _bench = null!; // made before each test

    // d: a directory of 7 with a file, a directory and links.
    private Input Source => _graph.File(null,
        MakeDirectory("/d", 0x1C0, owner: 7), MakeFile("/d/x", "x"), MakeDirectory("/d/sub"), MakeFile("/d/sub/y", "y"), MakeFile("/f", "f"), MakeFile("/g*", "g"), Link("/link", "d"), Link("/flink", "f"));

    public async ValueTask InitializeAsync() => _bench = await LlbBench.OpenAsync(_graph);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_directory_goes_by_its_name_into_one_that_is_there()
    {
        Input target = _graph.File(null, MakeDirectory("/to", 0x1C8));
        string[] expected = ["-rw-r--r-- 0/0 to/d/sub/y", "-rw-r--r-- 0/0 to/d/x", "drwx------ 7/8 to/d/", "drwxr-xr-x 0/0 to/d/sub/", "drwx--x--- 0/0 to/"];
        foreach (string destination in (string[])["/to", "/to/", "/to/."])
            Assert.Equal(expected.Order(StringComparer.Ordinal), await _bench.ListAsync(Copy(target, "/d", destination)));
        Assert.Contains("f d/x", await _bench.NamesAsync(Copy(target, "/d", "/")));
        // One of the name that is there keeps what it is; those below it take what those of the source are.
        Input there = _graph.File(target, MakeDirectory("/to/d", 0x1FF), MakeDirectory("/to/d/sub", 0x1FF), MakeFile("/to/d/z", "z"));
        Assert.Equal(["-rw-r--r-- 0/0 to/d/sub/y", "-rw-r--r-- 0/0 to/d/x", "-rw-r--r-- 0/0 to/d/z", "drwx--x--- 0/0 to/", "drwxr-xr-x 0/0 to/d/sub/", "drwxrwxrwx 0/0 to/d/"], await _bench.ListAsync(Copy(there, "/d", "/to")));
    }

    [Fact]
    public async Task A_directory_goes_to_a_new_name_with_its_mode_and_owner()
    {
        Assert.Equal(["-rw-r--r-- 0/0 new/sub/y", "-rw-r--r-- 0/0 new/x", "drwx------ 7/8 new/", "drwxr-xr-x 0/0 new/sub/"], await _bench.ListAsync(Copy(null, "/d", "/new")));
        Assert.Contains("drwxr-x--- 9/9 new/", await _bench.ListAsync(Copy(null, "/d", "/new", c => { c.Mode = 0x1E8; c.Owner = new ChownOpt { User = new UserOpt { ByID = 9 }, Group = new UserOpt { ByID = 9 } }; })));
        // Where only what is in it is copied, the directory is a new one.
        Assert.Contains("drwxr-xr-x 0/0 new/", await _bench.ListAsync(Copy(null, "/d", "/new", c => c.DirCopyContents = true)));
        // A slash at the end makes it one to go into.
        Assert.Equal(["d new", "d new/d", "d new/d/sub", "f new/d/sub/y", "f new/d/x"], await _bench.NamesAsync(Copy(null, "/d", "/new/")));
        Assert.Equal(["d new", "d new/sub", "f new/sub/y", "f new/x"], await _bench.NamesAsync(Copy(null, "/d/.", "/new/")));
        Assert.Contains("f new/d/x", await _bench.NamesAsync(Copy(null, "/", "/new")));
    }

    [Fact]
    public async Task Only_what_is_included_of_a_directory_is_copied()
    {
        Assert.Equal(["d new", "d new/sub", "f new/sub/y"], await _bench.NamesAsync(Copy(null, "/d", "/new", static c => c.IncludePatterns.Add("sub/y"))));
        Assert.Equal(["d new", "d new/d", "d new/d/sub", "f new/d/sub/y", "f new/f"], await _bench.NamesAsync(Copy(null, "/", "/new", static c => c.IncludePatterns.Add(["d/sub", "f"]))));
        Assert.Equal(["d new"], await _bench.NamesAsync(Copy(null, "/d", "/new", static c => c.IncludePatterns.Add("none"))));
        await _bench.RefusesAsync("is not in what is copied from", Copy(null, "/d", "/new", static c => { c.IncludePatterns.Add("none"); c.RequiredPaths.Add("/d/none"); }));
        await _bench.RefusesAsync("[", Copy(null, "/d", "/new", static c => c.ExcludePatterns.Add("[")));
    }

    [Fact]
    public async Task A_link_is_copied_itself_unless_it_is_to_be_followed()
    {
        Assert.Equal(["l new"], await _bench.NamesAsync(Copy(null, "/link", "/new")));
        Assert.Equal(["d new", "l new/flink"], await _bench.NamesAsync(Copy(null, "/flink", "/new/")));
        Assert.Equal(["d new", "d new/sub", "f new/sub/y", "f new/x"], await _bench.NamesAsync(Copy(null, "/link", "/new", static c => c.FollowSymlink = true)));
        Assert.Equal(["d new", "f new/flink"], await _bench.NamesAsync(Copy(null, "/flink", "/new/", static c => c.FollowSymlink = true)));
        // One on the way is followed all the same.
        Assert.Equal(["f new"], await _bench.NamesAsync(Copy(null, "/link/x", "/new")));
    }

    [Fact]
    public async Task Wildcards_that_nothing_matches_are_a_mistake_unless_that_is_allowed()
    {
        await _bench.RefusesAsync("is not in what is copied from", Copy(null, "/no*", "/new", static c => c.AllowWildcard = true));
        Assert.Empty(await _bench.NamesAsync(Copy(null, "/no*", "/new", static c => { c.AllowWildcard = true; c.AllowEmptyWildcard = true; })));
        // Without leave they are characters of a name.
        Assert.Equal(["f new"], await _bench.NamesAsync(Copy(null, "/g*", "/new")));
        await _bench.RefusesAsync("\"d*\" is not in what is copied from", Copy(null, "/d*", "/new"));
        // Each that matches goes by itself: the first makes what the next goes into.
        Assert.Equal(["d new", "d new/sub", "f new/f", "f new/g*", "f new/sub/y", "f new/x"], await _bench.NamesAsync(Copy(null, "/[dfg]*", "/new", static c => { c.AllowWildcard = true; c.ExcludePatterns.Add("link"); }, without: "/flink")));
    }

    [Fact]
    public async Task Directories_on_the_way_have_to_be_there_unless_they_are_to_be_made()
    {
        await _bench.RefusesAsync("\"/a/b\", the directory that \"/a/b/c\" is to go into, is not there", Copy(null, "/f", "/a/b/c", static c => c.CreateDestPath = false));
        await _bench.RefusesAsync("is not there", Copy(null, "/f", "/a/b/", static c => c.CreateDestPath = false));
        Assert.Equal(["d a", "f a/f"], await _bench.NamesAsync(Copy(null, "/f", "/a/", static c => c.CreateDestPath = false)));
        Assert.Equal(["f a"], await _bench.NamesAsync(Copy(null, "/f", "/a", static c => c.CreateDestPath = false)));
        await _bench.RefusesAsync("\"/a\", the directory that \"/a/f\" is to go into, is not there", _graph.File(null, MakeFile("/a/f", "", 0x180)));
        await _bench.RefusesAsync("is not there", _graph.File(null, MakeDirectory("/a/b")));
        Assert.Equal(["d a", "d a/b"], await _bench.NamesAsync(_graph.File(null, MakeDirectory("/a/b", parents: true))));
    }

    [Fact]
    public async Task What_is_there_makes_way_where_that_is_asked_for()
    {
        Input target = _graph.File(null, MakeDirectory("/to"), MakeDirectory("/to/f"), MakeFile("/to/f/in", ""), MakeFile("/to/d", ""), MakeDirectory("/to/x"), MakeFile("/to/x/in", ""), MakeFile("/to/sub", ""));
        string[] all = ["d to", "d to/f", "d to/x", "f to/d", "f to/f/in", "f to/sub", "f to/x/in"];
        Assert.Equal(all.Except((string[])["d to/f", "f to/f/in"]).Append("f to/f").Order(StringComparer.Ordinal), await _bench.NamesAsync(Replacing("/f", "/to")));
        Assert.Equal(all.Except((string[])["f to/d"]).Concat((string[])["d to/d", "d to/d/sub", "f to/d/sub/y", "f to/d/x"]).Order(StringComparer.Ordinal), await _bench.NamesAsync(Replacing("/d", "/to")));
        Assert.Equal(["d to", "d to/f", "d to/sub", "f to/d", "f to/f/in", "f to/sub/y", "f to/x"], await _bench.NamesAsync(Replacing("/d", "/to", contents: true)));
        Assert.Contains("drwx------ 7/8 to/sub/", await _bench.ListAsync(Replacing("/d", "/to/sub", contents: true)));
        Assert.Contains("f to/more/x", await _bench.NamesAsync(_graph.File(Replacing("/f", "/to"), MakeDirectory("/to/more"), MakeFile("/to/more/x", ""))));
        await _bench.RefusesAsync("is a directory", Copy(target, "/f", "/to"));
        await _bench.RefusesAsync("is not a directory", Copy(target, "/d", "/to"));
        await _bench.RefusesAsync("is not a directory", Copy(target, "/d", "/to/sub", static c => c.DirCopyContents = true));

        Input Replacing(string source, string destination, bool contents = false) => Copy(target, source, destination, c => { c.AlwaysReplaceExistingDestPaths = true; c.DirCopyContents = contents; });
    }

    [Fact]
    public async Task A_file_is_written_where_one_is_and_through_a_link_but_never_to_a_directory()
    {
        Input files = _graph.File(null, MakeFile("/f", "old", 0x180), MakeDirectory("/d"), Link("/l", "d/made"));
        Assert.Equal(["-rw------- 0/0 f", "drwxr-xr-x 0/0 d/", "lrwxrwxrwx 0/0 l"], await _bench.ListAsync(_graph.File(files, MakeFile("/f", "new"))));
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Combine(await _bench.BuildAsync(_graph.File(files, MakeFile("/f", "new"))), "f"), TestContext.Current.CancellationToken));
        Assert.Contains("-rw-r--r-- 0/0 d/made", await _bench.ListAsync(_graph.File(files, MakeFile("/l", "x"))));
        Assert.Equal(["---------- 0/0 none"], await _bench.ListAsync(_graph.File(null, MakeFile("/none", "x", 0))));
        Assert.Equal(["d--------- 0/0 none/"], await _bench.ListAsync(_graph.File(null, MakeDirectory("/none", 0))));
        await _bench.RefusesAsync("is a directory", _graph.File(files, MakeFile("/d", "x")));
        await _bench.RefusesAsync("is a directory", _graph.File(files, MakeFile("/", "x")));
    }

    [Fact]
    public async Task What_is_taken_by_another_name_is_another_step()
    {
        Input one = _graph.File(null, MakeDirectory("/one"), MakeFile("/one/x", "")), two = _graph.File(null, MakeDirectory("/two"), MakeFile("/two/x", ""));
        Input to = _graph.File(null, MakeDirectory("/to"));
        Assert.Contains("f to/one/x", await _bench.NamesAsync(_graph.Copy(to, one, "/one", "/to")));
        Assert.Contains("f to/two/x", await _bench.NamesAsync(_graph.Copy(to, two, "/two", "/to")));
    }

    [Fact]
    public async Task Nothing_is_left_of_the_files_that_a_graph_makes()
    {
        for (int i = 0; i < 3; i++)
        {
            Input made = _graph.File(null, MakeFile("/f", $"{i}"));
            Assert.Equal(["f f"], await _bench.NamesAsync(made));
        }
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_bench.WorkPath, "*", SearchOption.AllDirectories), static p => Path.GetFileName(p).StartsWith("inline", StringComparison.Ordinal));
    }

    private Input Copy(Input? target, string source, string destination, Action<FileActionCopy>? edit = null, string? without = null) =>
        _graph.Copy(target, without is null ? Source : _graph.File(Source, Remove(without)), source, destination, edit);
}
