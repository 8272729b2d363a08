using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>The files of a result in a directory of the user.</summary>
public sealed class LocalDirectoryTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test
    private Folder _out = null!; // where the result goes

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _out = new Folder(_workshop["out"]);
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task Files_appear_with_their_content_and_mode()
    {
        _workshop.Context.File("bin/app", "A", mode: 0x1ED).File("doc", "D", mode: 0x1A0);
        await ExportAsync("FROM scratch\nCOPY . /\n");
        Assert.Equal("A", File.ReadAllText(_out["bin/app"]));
        Assert.Equal((0x1ED, 0x1A0), (Status("bin/app").Mode, Status("doc").Mode));
    }

    [Fact]
    public async Task Links_and_hard_links_stay_links()
    {
        _workshop.Context.File("a", "A").HardLink("b", "a").Link("l", "a").Link("abs", "/etc/passwd");
        await ExportAsync("FROM scratch\nCOPY . /\n");
        Assert.Equal(Status("a").Inode, Status("b").Inode);
        Assert.Equal("a", new FileInfo(_out["l"]).LinkTarget);
        Assert.Equal("/etc/passwd", new FileInfo(_out["abs"]).LinkTarget);
    }

    [Fact]
    public async Task Everything_belongs_to_whoever_builds()
    {
        _workshop.Context.File("a", "A");
        await ExportAsync("FROM scratch\nCOPY --chown=1000:1000 a /d/a\n");
        Assert.Equal((CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveUserId), (Status("d").Uid, Status("d/a").Uid));
    }

    [Fact]
    public async Task Files_carry_the_time_of_the_image()
    {
        _workshop.Context.File("d/a", "A");
        await ExportAsync("FROM scratch\nCOPY . /\n", epoch: "1000000000");
        Assert.Equal((1000000000L, 1000000000L), (Status("d/a").Modified.Seconds, Status("d").Modified.Seconds));
    }

    [Fact]
    public async Task The_directory_is_made_when_it_is_not_there()
    {
        _workshop.Context.File("a", "A");
        Directory.Delete(_out.Path);
        await ExportAsync("FROM scratch\nCOPY a /\n");
        Assert.Equal("A", File.ReadAllText(_out["a"]));
    }

    [Fact]
    public async Task What_is_there_stays_but_for_files_of_the_same_path()
    {
        _workshop.Context.File("d/a", "new");
        _out.File("d/a", "old").File("d/b", "kept").File("c", "kept");
        await ExportAsync("FROM scratch\nCOPY . /\n");
        Assert.Equal(("new", "kept", "kept"), (File.ReadAllText(_out["d/a"]), File.ReadAllText(_out["d/b"]), File.ReadAllText(_out["c"])));
    }

    [Fact]
    public async Task A_link_of_the_user_is_replaced_and_not_followed()
    {
        _workshop.Context.File("a", "new");
        Folder elsewhere = _workshop.Folder("elsewhere").File("a", "mine");
        _out.Link("a", elsewhere["a"]);
        await ExportAsync("FROM scratch\nCOPY a /\n");
        Assert.Equal(("mine", "new"), (File.ReadAllText(elsewhere["a"]), File.ReadAllText(_out["a"])));
        Assert.Null(new FileInfo(_out["a"]).LinkTarget);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_the_user_to_a_directory()
    {
        _workshop.Context.File("d/a", "new");
        Folder elsewhere = _workshop.Folder("elsewhere");
        _out.Link("d", elsewhere.Path);
        Diagnostic finding = await FailAsync("FROM scratch\nCOPY . /\n");
        Assert.Equal(EngineCodes.ExportFailed, finding.Code);
        Assert.Equal($"cannot export to {_out.Path}: \"d\" exists there and is no directory", finding.Message);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere.Path));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_the_result()
    {
        // "d" is a link in one layer and a directory with a file in the next: what a hostile base could try.
        byte[] lower = await Bases.ArchiveAsync(Bases.Link("d", _workshop.Folder("elsewhere").Path));
        byte[] upper = await Bases.ArchiveAsync(Bases.File("d/a", "A"));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), lower, upper));
        await ExportAsync("FROM base:1\n");
        Assert.Empty(Directory.GetFileSystemEntries(_workshop["elsewhere"]));
        Assert.Equal("A", File.ReadAllText(_out["d/a"]));
    }

    [Fact]
    public async Task A_directory_of_the_user_is_not_replaced_by_a_file()
    {
        _workshop.Context.File("a", "new");
        _out.File("a/b", "mine");
        Diagnostic finding = await FailAsync("FROM scratch\nCOPY a /\n");
        Assert.Equal(EngineCodes.ExportFailed, finding.Code);
        Assert.Equal($"cannot export to {_out.Path}: \"a\" is a directory there and is not replaced by a file", finding.Message);
        Assert.Equal("mine", File.ReadAllText(_out["a/b"]));
    }

    [Fact]
    public async Task A_destination_that_is_a_file_is_told()
    {
        _workshop.Context.File("a", "A");
        _out.File("file", "F");
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => _workshop.BuildAsync("FROM scratch\nCOPY a /\n", r => r with { Exports = [new Export.LocalDirectory(_out["file"])] }));
        Assert.Equal(EngineCodes.ExportFailed, Assert.Single(failure.Diagnostics).Code);
    }

    [Fact]
    public async Task Pipes_are_made_and_devices_left_out()
    {
        _workshop.Context.Fifo("pipe");
        await ExportAsync("FROM scratch\nCOPY . /\n");
        Assert.Equal(FileKind.Fifo, Status("pipe").Kind);
    }

    [Fact]
    public async Task A_name_that_is_hidden_by_an_upper_layer_does_not_appear()
    {
        byte[] lower = await Bases.ArchiveAsync(Bases.File("d/a", "A"), Bases.File("d/b", "B"));
        byte[] upper = await Bases.ArchiveAsync(Bases.File("d/.wh.a"));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), lower, upper));
        await ExportAsync("FROM base:1\n");
        Assert.Equal(["b"], Directory.GetFileSystemEntries(_out["d"]).Select(static p => Path.GetFileName(p)));
    }

    private Task<Built> ExportAsync(string dockerfile, string? epoch = null) =>
        _workshop.BuildAsync(dockerfile, r => r with { Exports = [new Export.LocalDirectory(_out.Path)], Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", epoch ?? "") });

    private Task<Diagnostic> FailAsync(string dockerfile) => _workshop.FailAsync(dockerfile, r => r with { Exports = [new Export.LocalDirectory(_out.Path)] });

    private FileStatus Status(string path)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(_out[path])!);
        return parent.Status(Path.GetFileName(path));
    }
}
