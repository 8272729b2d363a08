using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;
using PaxTarEntry = System.Formats.Tar.PaxTarEntry;
using TarEntryType = System.Formats.Tar.TarEntryType;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>Archives that try to leave the layer's directory, or to bring the unpacker down. Nothing may change outside.</summary>
public sealed class HostileArchiveTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private string[] _outside = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Requires.Root();
        Directory.CreateDirectory(_temp["outside/dir"]);
        await File.WriteAllTextAsync(_temp["outside/file"], "untouched", Ct);
        _outside = await Trees.FoundAsync(_temp["outside"]);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            Assert.Equal(_outside, await Trees.FoundAsync(_temp["outside"]));
            Assert.Equal(["layer", "outside"], Directory.GetFileSystemEntries(_temp.Path).Select(static p => Path.GetFileName(p)).Order());
        }
        finally
        {
            _temp.Dispose();
        }
    }

    [Theory]
    [InlineData("../outside/file")]
    [InlineData("a/../../outside/file")]
    [InlineData("a/..")]
    [InlineData("..")]
    [InlineData("/../outside/file")]
    [InlineData("./../outside/file")]
    public async Task A_path_with_dots_is_refused(string path) => await AssertUnsafeAsync(Evil(path));

    [Theory]
    [InlineData("../outside/file")]
    [InlineData("a/../../outside/file")]
    [InlineData("/../outside/file")]
    public async Task A_hard_link_out_of_the_layer_is_refused(string target) => await AssertUnsafeAsync(new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = target });

    [Theory]
    [InlineData(".wh...")]
    [InlineData("a/.wh..")]
    [InlineData("a/.wh.")]
    public async Task A_removal_of_what_is_no_name_is_refused(string path) => await AssertUnsafeAsync(Evil(path));

    [Theory]
    [InlineData("../outside/.wh.file")]
    [InlineData("../outside/.wh..wh..opq")]
    public async Task A_removal_outside_is_refused(string path) => await AssertUnsafeAsync(Evil(path));

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_the_archive()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Link("l", _temp["outside"]), Evil("l/file")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_relative_link()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Link("l", "../outside"), Evil("l/dir/new")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_chain_of_links()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(
            () => UnpackAsync(new PaxTarEntry(TarEntryType.Directory, "d"), Link("d/up", ".."), Link("l", "d/up/../outside"), Evil("l/new")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_directory_does_not_merge_into_what_a_link_points_to()
    {
        await UnpackAsync(Link("l", _temp["outside/dir"]), new PaxTarEntry(TarEntryType.Directory, "l") { Mode = UnixFileMode.UserRead, Uid = 5 });
        Assert.Equal(["d 0400 5:0 l"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task A_file_replaces_a_link_and_not_what_it_points_to()
    {
        await UnpackAsync(Link("l", _temp["outside/file"]), Evil("l"));
        Assert.Equal(["f 0644 0:0 l 4 b5c1fb2e"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task A_hard_link_through_a_link_finds_nothing()
    {
        UnsettledEntries unsettled = await UnpackAsync(Link("l", _temp["outside"]), new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = "l/file" });
        Assert.Equal("h", Assert.Single(unsettled.HardLinks).Path);
        MergedTree nothing = new([]);
        await Assert.ThrowsAsync<InvalidDataException>(() => LayerUnpacker.SettleAsync(_temp["layer"], unsettled, nothing, OverlayMarks.Trusted, Ct));
    }

    [Fact]
    public async Task A_hard_link_to_a_link_is_that_link_and_a_file_then_replaces_only_the_name()
    {
        await UnpackAsync(Link("l", _temp["outside/file"]), new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = "l" }, Evil("h"));
        Assert.Equal("untouched", await File.ReadAllTextAsync(_temp["outside/file"], Ct));
        Assert.Equal(["f 0644 0:0 h 4 b5c1fb2e", $"l 0:0 l -> {_temp["outside/file"]}"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task A_removal_through_a_link_is_refused()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Link("l", _temp["outside"]), Evil("l/.wh.file")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task An_opaque_directory_behind_a_link_is_refused()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Link("l", _temp["outside"]), Evil("l/.wh..wh..opq")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_link_in_a_lower_layer_does_not_lead_a_hard_link_out()
    {
        UnsettledEntries unsettled = await UnpackAsync(new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = "l/file" });
        Directory.CreateDirectory(Path.Combine(_temp["layer"], "lower"));
        File.CreateSymbolicLink(Path.Combine(_temp["layer"], "lower/l"), _temp["outside"]);
        using DirectoryTree lower = new(Path.Combine(_temp["layer"], "lower"), OverlayMarks.Trusted);
        await Assert.ThrowsAsync<InvalidDataException>(() => LayerUnpacker.SettleAsync(_temp["layer"], unsettled, new MergedTree([lower]), OverlayMarks.Trusted, Ct));
    }

    [Fact]
    public async Task A_file_on_the_way_is_no_directory()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Evil("f"), Evil("f/g")));
        Assert.Equal(Errno.ENOTDIR, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_name_that_no_file_can_have_is_refused()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Evil(new string('n', 256))));
        Assert.Equal(Errno.ENAMETOOLONG, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_path_that_no_program_can_open_is_refused()
    {
        TarException failure = await Assert.ThrowsAsync<TarException>(() => UnpackAsync(Evil(string.Join('/', Enumerable.Repeat(new string('n', 100), 50)))));
        Assert.Equal(TarErrorKind.LimitExceeded, failure.Kind);
    }

    [Fact]
    public async Task A_path_of_endless_depth_is_refused()
    {
        TarException failure = await Assert.ThrowsAsync<TarException>(() => UnpackAsync(Evil(string.Join('/', Enumerable.Repeat("d", 1000)))));
        Assert.Equal(TarErrorKind.LimitExceeded, failure.Kind);
    }

    [Fact]
    public async Task A_header_without_end_is_refused_before_it_is_read()
    {
        PaxTarEntry endless = new(TarEntryType.RegularFile, "f", new Dictionary<string, string> { ["comment"] = new('n', 4 << 20) });
        TarException failure = await Assert.ThrowsAsync<TarException>(() => UnpackAsync(endless));
        Assert.Equal(TarErrorKind.LimitExceeded, failure.Kind);
    }

    [Fact]
    public async Task An_archive_that_ends_in_a_file_is_refused()
    {
        using MemoryStream whole = await Archives.OfAsync(Archives.File("f", new string('x', 2000)));
        whole.SetLength(1024);
        TarException failure = await Assert.ThrowsAsync<TarException>(() => LayerUnpacker.UnpackAsync(whole, _temp.Make("layer"), OverlayMarks.Trusted, Ct));
        Assert.Equal(TarErrorKind.Truncated, failure.Kind);
    }

    [Theory]
    [InlineData("../outside/file")]
    [InlineData("a/../b")]
    public async Task A_list_is_made_of_no_such_archive(string path)
    {
        Directory.CreateDirectory(_temp["layer"]);
        using MemoryStream archive = Archives.Hostile(Evil(path));
        TarException failure = await Assert.ThrowsAsync<TarException>(() => ArchiveListing.WriteAsync(archive, Path.Combine(_temp["layer"], "list"), Ct));
        Assert.Equal(TarErrorKind.UnsafePath, failure.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_temp["layer"]));
    }

    // A user who may make no devices still gets the rest of the layer; the blob keeps the device.
    [Fact]
    public async Task Where_devices_cannot_be_made_the_rest_of_the_layer_is_unpacked()
    {
        Requires.Tool("unshare");
        using MemoryStream archive = await Archives.OfAsync(
            Archives.Node(Caisson.Oci.Tar.TarEntryType.BlockDevice, "disk", 0x1B0, 8, 1), Archives.File("f", "x"), Archives.Node(Caisson.Oci.Tar.TarEntryType.Fifo, "pipe", 0x1A4));
        string archivePath = Path.Combine(_temp.Make("layer"), "archive");
        string layer = _temp.Make("layer/fs");
        await File.WriteAllBytesAsync(archivePath, archive.ToArray(), Ct);
        using OtherProcess user = OtherProcess.StartInUserNamespace("unpack", archivePath, layer);
        Assert.Equal("unpacked", await user.ReadLineAsync());
        Assert.Equal(["f 0644 0:0 f 1 2d711642", "p 0644 0:0 pipe"], await Trees.FoundAsync(layer));
    }

    private async Task AssertUnsafeAsync(PaxTarEntry entry)
    {
        TarException failure = await Assert.ThrowsAsync<TarException>(() => UnpackAsync(entry));
        Assert.Equal(TarErrorKind.UnsafePath, failure.Kind);
    }

    private async Task<UnsettledEntries> UnpackAsync(params PaxTarEntry[] entries)
    {
        using MemoryStream archive = Archives.Hostile(entries);
        return await LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
    }

    private static PaxTarEntry Evil(string path) => new(TarEntryType.RegularFile, path)
    {
        DataStream = new MemoryStream("evil"u8.ToArray()),
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    };

    private static PaxTarEntry Link(string path, string target) => new(TarEntryType.SymbolicLink, path) { LinkName = target };
}
