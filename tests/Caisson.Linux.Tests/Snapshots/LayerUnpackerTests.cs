using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A layer's archive as a directory, looked at by programs that know nothing of Caisson.</summary>
public sealed class LayerUnpackerTests : IDisposable
{
    // VFS_CAP_REVISION_2, effective, CAP_NET_RAW: linux/capability.h
    private static readonly byte[] RawNetwork = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly TempDirectory _temp = new();

    public LayerUnpackerTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Owners_and_all_twelve_bits_of_modes_are_exact()
    {
        await UnpackAsync(
            Archives.Directory("d", mode: 0x3FF, uid: 1, gid: 2),
            Archives.File("d/setuid", "x", mode: 0x9ED, uid: 1000, gid: 1001),
            Archives.File("d/setgid", "", mode: 0x5F8, uid: 4_000_000_000, gid: 5),
            Archives.File("none", "", mode: 0),
            Archives.Link("link", "d/setuid", uid: 7, gid: 8));
        Assert.Equal(
            [
                "d 1777 1:2 d", "f 0000 0:0 none 0 e3b0c442", "f 2770 4000000000:5 d/setgid 0 e3b0c442", "f 4755 1000:1001 d/setuid 1 2d711642",
                "l 7:8 link -> d/setuid",
            ],
            await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task The_root_takes_what_the_archive_says_of_it()
    {
        await UnpackAsync(Archives.Directory("", mode: 0x1C0, uid: 1, gid: 2));
        Assert.Equal("700 1:2\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%a %u:%g' ."));
    }

    [Fact]
    public async Task Times_are_exact_also_of_directories_that_were_written_to_later()
    {
        await UnpackAsync(
            Archives.Directory("d").At(1000),
            Archives.Directory("d/e").At(2000),
            Archives.File("d/e/f", "x").At(-3),
            Archives.Link("d/l", "nowhere").At(4000),
            Archives.File("d/g", "x").At(5000));
        Assert.Equal(
            "d 1000\nd/e 2000\nd/e/f -3\nd/g 5000\nd/l 4000\n",
            await Tool.ShellAsync(_temp["layer"], "stat -c '%n %Y' d d/e d/e/f d/g d/l"));
    }

    [Fact]
    public async Task Fractions_of_seconds_are_kept()
    {
        using MemoryStream archive = Archives.Hostile(
            new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "f") { ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1000).AddTicks(1) });
        await LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Equal(new FileTime(1000, 100), layer.Status("f").Modified);
    }

    [Fact]
    public async Task Names_of_one_file_are_one_file()
    {
        await UnpackAsync(Archives.File("b", "B", mode: 0x1ED, uid: 1), Archives.HardLink("a", "b"), Archives.HardLink("d/c", "a"));
        Assert.Equal("3 755 1 a\n3 755 1 b\n3 755 1 d/c\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%h %a %u %n' a b d/c"));
        Assert.Equal("1\n", await Tool.ShellAsync(_temp["layer"], "stat -c %i a b d/c | sort -u | wc -l"));
    }

    [Fact]
    public async Task A_link_may_have_several_names_too()
    {
        await UnpackAsync(Archives.Link("l", "nowhere"), Archives.HardLink("m", "l"));
        Assert.Equal(["l 0:0 l -> nowhere", "l 0:0 m -> nowhere"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task A_hard_link_keeps_the_file_that_its_target_was()
    {
        await UnpackAsync(Archives.File("a", "old"), Archives.HardLink("b", "a"), Archives.File("a", "new"));
        Assert.Equal("new old", await Tool.ShellAsync(_temp["layer"], "printf '%s %s' $(cat a) $(cat b)"));
    }

    [Fact]
    public async Task File_capabilities_and_attributes_of_users_are_set()
    {
        await UnpackAsync(
            Archives.File("ping", "x", mode: 0x1ED, uid: 1).WithXattr("security.capability", RawNetwork).WithXattr("user.comment", 1, 0, 2),
            Archives.Directory("d").WithXattr("user.d", 3));
        Assert.Equal("ping cap_net_raw=ep\n", await Tool.ShellAsync(_temp["layer"], "getcap ping"));
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Equal(["security.capability", "user.comment"], layer.ListAttributes("ping"));
        Assert.Equal([1, 0, 2], layer.TryGetAttribute("ping", "user.comment"));
        Assert.Equal([3], layer.TryGetAttribute("d", "user.d"));
    }

    // With overlay's own marks a stranger's archive could make directories appear whose content is elsewhere.
    [Theory]
    [InlineData("trusted.overlay.opaque")]
    [InlineData("trusted.overlay.redirect")]
    [InlineData("trusted.overlay.metacopy")]
    [InlineData("user.overlay.opaque")]
    [InlineData("user.overlay.redirect")]
    [InlineData("user.caisson.anything")]
    [InlineData("security.selinux")]
    public async Task Attributes_that_are_the_machines_own_are_not_taken_from_an_archive(string name)
    {
        await UnpackAsync(Archives.Directory("d").WithXattr(name, (byte)'y'), Archives.File("f").WithXattr(name, (byte)'y'));
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Empty(layer.ListAttributes("d"));
        Assert.Empty(layer.ListAttributes("f"));
    }

    [Fact]
    public async Task Devices_and_pipes_are_made()
    {
        await UnpackAsync(
            Archives.Node(TarEntryType.CharacterDevice, "null", 0x1B6, 1, 3),
            Archives.Node(TarEntryType.BlockDevice, "disk", 0x1B0, 259, 300),
            Archives.Node(TarEntryType.Fifo, "pipe", 0x180));
        Assert.Equal(
            "block special file 103:12c 660\ncharacter special file 1:3 666\nfifo 0:0 600\n",
            await Tool.ShellAsync(_temp["layer"], "stat -c '%F %t:%T %a' disk null pipe"));
    }

    [Fact]
    public async Task Zeros_take_no_room_and_are_zeros()
    {
        byte[] content = new byte[8 << 20];
        content[0] = content[^1] = (byte)'x';
        await UnpackAsync(Archives.File("sparse", System.Text.Encoding.UTF8.GetString(content)));
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(_temp["layer"], "sparse"), Ct));
        long blocks = long.Parse(await Tool.ShellAsync(_temp["layer"], "stat -c %b sparse"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(blocks, 1, 2 * 128 << 10 >> 9);
    }

    [Fact]
    public async Task Removals_and_opaque_directories_have_the_marks_of_overlay()
    {
        await UnpackAsync(Archives.Removal("gone"), Archives.Directory("d"), Archives.Opaque("d"), Archives.File("d/new", "N"), Archives.Removal("e/gone"));
        Assert.Equal("character special file 0:0\ncharacter special file 0:0\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%F %t:%T' gone e/gone"));
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Equal("y"u8.ToArray(), layer.TryGetAttribute("d", "trusted.overlay.opaque"));
        Assert.Null(layer.TryGetAttribute("e", "trusted.overlay.opaque"));
    }

    [Fact]
    public async Task Inside_a_user_namespace_the_marks_are_those_of_users()
    {
        using MemoryStream archive = await Archives.OfAsync(Archives.Opaque("d"));
        await LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.User, Ct);
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Equal(["user.overlay.opaque"], layer.ListAttributes("d"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_removal_and_a_new_entry_of_one_name_replace_what_is_below_in_either_order(bool removalFirst)
    {
        Directory.CreateDirectory(_temp["lower/d/old"]);
        (TarEntry, string)[] entries = [Archives.Removal("d"), Archives.Directory("d"), Archives.File("d/new", "N")];
        await UnpackAsync(removalFirst ? entries : [.. entries.Reverse()]);
        Assert.Equal(["d 0755 0:0 d", "f 0644 0:0 d/new 1 8ce86a6a"], await Trees.OverlaidAsync(_temp, ["layer", "lower"]));
    }

    [Fact]
    public async Task A_file_takes_the_place_of_a_directory_and_the_other_way_round()
    {
        await UnpackAsync(Archives.File("a/b/c", "x"), Archives.File("a", "file"), Archives.File("x", "file"), Archives.Directory("x", mode: 0x1C0));
        Assert.Equal(["d 0700 0:0 x", "f 0644 0:0 a 4 3b9c358f"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task A_later_entry_of_a_directory_changes_it_and_keeps_what_it_holds()
    {
        await UnpackAsync(Archives.Directory("d"), Archives.File("d/f", "x"), Archives.Directory("d", mode: 0x1C0, uid: 3));
        Assert.Equal(["d 0700 3:0 d", "f 0644 0:0 d/f 1 2d711642"], await Trees.FoundAsync(_temp["layer"]));
    }

    // Layers of kaniko, Bazel and hand-made ones have them, and Docker takes them.
    [Fact]
    public async Task Absolute_paths_begin_at_the_layers_root()
    {
        using MemoryStream archive = Archives.Hostile(
            new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "/caisson-test/f") { DataStream = new MemoryStream("x"u8.ToArray()), Mode = UnixFileMode.UserRead },
            new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.HardLink, "/h") { LinkName = "/caisson-test/f" });
        await LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
        Assert.Equal(["d 0755 0:0 caisson-test", "f 0400 0:0 caisson-test/f 1 2d711642", "f 0400 0:0 h 1 2d711642"], await Trees.FoundAsync(_temp["layer"]));
        Assert.False(Directory.Exists("/caisson-test"));
    }

    [Fact]
    public async Task Names_that_are_no_text_survive()
    {
        await UnpackAsync(Archives.File("\uDC80\uDCFF", "x"), Archives.Link("l", "\uDCFE"));
        Assert.Equal("376 \n200377 \n", await Tool.ShellAsync(_temp["layer"], "readlink l | od -An -to1 | tr -d ' ' | sed 's/012$/ /'; ls | head -n 2 | tail -n 1 | od -An -to1 | tr -d ' ' | sed 's/012$/ /'"));
    }

    [Fact]
    public async Task Directories_that_the_archive_only_passes_through_are_named()
    {
        UnsettledEntries unsettled = await UnpackAsync(
            Archives.File("a/b/f"), Archives.Removal("c/gone"), Archives.Opaque("o"), Archives.Directory("d"), Archives.File("d/f"), Archives.Directory("later/x"), Archives.Directory("later"));
        Assert.Equal(["a", "a/b", "c", "o"], unsettled.ImpliedDirectories);
        Assert.Empty(unsettled.HardLinks);
        Assert.False(unsettled.IsEmpty);
    }

    [Fact]
    public async Task A_directory_that_was_passed_through_and_then_replaced_is_none()
    {
        UnsettledEntries unsettled = await UnpackAsync(Archives.File("a/b/f"), Archives.File("a", "x"));
        Assert.True(unsettled.IsEmpty);
    }

    [Fact]
    public async Task Passed_through_directories_take_mode_owner_time_and_attributes_from_below()
    {
        DirectoryTree below = await MakeBelowAsync("mkdir -p a/b; chmod 1750 a; chown 5:6 a; chmod 700 a/b; touch -d @1000 a/b");
        using (below)
        {
            UnsettledEntries unsettled = await UnpackAsync(Archives.File("a/b/f"), Archives.File("new/f"));
            await SettleAsync(unsettled, below);
        }
        Assert.Equal(
            ["d 0700 0:0 a/b", "d 0755 0:0 new", "d 1750 5:6 a", "f 0644 0:0 a/b/f 0 e3b0c442", "f 0644 0:0 new/f 0 e3b0c442"],
            await Trees.FoundAsync(_temp["layer"]));
        Assert.Equal("1000\n", await Tool.ShellAsync(_temp["layer"], "stat -c %Y a/b"));
    }

    [Fact]
    public async Task A_passed_through_directory_belongs_to_root_even_below_one_that_gives_its_group_on()
    {
        await UnpackAsync(Archives.Directory("d", mode: 0x5ED, uid: 3, gid: 4), Archives.File("d/e/f"));
        Assert.Equal(["d 0755 0:0 d/e", "d 2755 3:4 d", "f 0644 0:0 d/e/f 0 e3b0c442"], await Trees.FoundAsync(_temp["layer"]));
    }

    [Fact]
    public async Task What_an_opaque_directory_hides_gives_nothing_to_what_is_made_below_it()
    {
        UnsettledEntries unsettled = await UnpackAsync(Archives.File("o/d/f"), Archives.Opaque("o"), Archives.Removal("r"), Archives.File("r/f"));
        Assert.Equal(["o"], unsettled.ImpliedDirectories);
    }

    [Fact]
    public async Task A_passed_through_directory_that_is_opaque_below_does_not_become_opaque_here()
    {
        using DirectoryTree below = await MakeBelowAsync("mkdir d");
        using (DirectoryHandle lower = DirectoryHandle.Open(_temp["lower"]))
            lower.SetAttribute("d", "trusted.overlay.opaque", "y"u8);
        await SettleAsync(await UnpackAsync(Archives.File("d/f")), below);
        using DirectoryHandle layer = DirectoryHandle.Open(_temp["layer"]);
        Assert.Empty(layer.ListAttributes("d"));
    }

    [Fact]
    public async Task A_hard_link_into_a_lower_layer_brings_the_file_up_so_that_both_names_are_one()
    {
        using DirectoryTree below = await MakeBelowAsync("mkdir d; chmod 711 d; echo text > d/f; chmod 4755 d/f; chown 3:4 d/f; chmod 4755 d/f; touch -d @1000 d/f");
        UnsettledEntries unsettled = await UnpackAsync(Archives.HardLink("one", "d/f"), Archives.HardLink("two", "d/f"));
        Assert.Equal(["one", "two"], unsettled.HardLinks.Select(static l => l.Path));
        await SettleAsync(unsettled, below);
        Assert.Equal(
            ["d 0711 0:0 d", "f 4755 3:4 d/f 5 b9e68e1b", "f 4755 3:4 one 5 b9e68e1b", "f 4755 3:4 two 5 b9e68e1b"],
            await Trees.FoundAsync(_temp["layer"]));
        Assert.Equal("3 1000\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%h %Y' d/f"));
    }

    [Fact]
    public async Task A_hard_link_to_what_is_in_no_layer_is_refused()
    {
        using DirectoryTree below = await MakeBelowAsync("touch other");
        UnsettledEntries unsettled = await UnpackAsync(Archives.HardLink("a", "missing"));
        InvalidDataException failure = await Assert.ThrowsAsync<InvalidDataException>(() => SettleAsync(unsettled, below));
        Assert.Equal("the hard link \"a\" points to \"missing\", which is in no layer", failure.Message);
    }

    [Fact]
    public async Task A_hard_link_to_a_directory_is_refused()
    {
        using DirectoryTree below = await MakeBelowAsync("mkdir d");
        UnsettledEntries unsettled = await UnpackAsync(Archives.HardLink("a", "d"));
        InvalidDataException failure = await Assert.ThrowsAsync<InvalidDataException>(() => SettleAsync(unsettled, below));
        Assert.Equal("the hard link \"a\" points to \"d\", which is a directory", failure.Message);
    }

    [Fact]
    public async Task Nothing_is_written_of_an_archive_that_is_given_up()
    {
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        using MemoryStream archive = await Archives.OfAsync(Archives.File("f", "x"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.Trusted, stopped.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_temp["layer"]));
    }

    private async Task<UnsettledEntries> UnpackAsync(params IEnumerable<(TarEntry Entry, string Content)> entries)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        return await LayerUnpacker.UnpackAsync(archive, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
    }

    private Task<System.Collections.Immutable.ImmutableArray<FileEntry>> SettleAsync(UnsettledEntries unsettled, ILayerTree below) =>
        LayerUnpacker.SettleAsync(_temp["layer"], unsettled, new MergedTree([below]), OverlayMarks.Trusted, Ct);

    private async Task<DirectoryTree> MakeBelowAsync(string script)
    {
        await Tool.ShellAsync(_temp.Make("lower"), script);
        return new DirectoryTree(_temp["lower"], OverlayMarks.Trusted);
    }
}
