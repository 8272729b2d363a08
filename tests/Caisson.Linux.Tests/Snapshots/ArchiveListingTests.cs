using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>The list of an archive that nobody unpacked. <see cref="MergedTreeTests"/> compares it with the directory.</summary>
public sealed class ArchiveListingTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Entries_are_what_the_archive_says_in_the_order_of_a_list()
    {
        Assert.Equal(
            ["f 4755 1:2 a 1 2d711642", "c 0666 0:0 c", "d 1777 3:4 d", "f 0644 0:0 d/f 0 e3b0c442", "gone gone", "l 0:0 l -> ../x", "p 0600 0:0 p"],
            await ListAsync(
                Archives.Link("l", "../x"), Archives.Removal("gone"), Archives.File("d/f"), Archives.Node(TarEntryType.Fifo, "p", 0x180), Archives.Directory("d", 0x3FF, 3, 4),
                Archives.File("a", "x", 0x9ED, 1, 2), Archives.Node(TarEntryType.CharacterDevice, "c", 0x1B6, 1, 3)));
    }

    [Fact]
    public async Task Of_the_names_of_one_file_the_first_in_order_holds_it_whichever_the_archive_wrote()
    {
        Assert.Equal(["f 0644 0:0 a 1 2d711642", "h b => a", "h c => a"], await ListAsync(Archives.File("c", "x"), Archives.HardLink("b", "c"), Archives.HardLink("a", "b")));
    }

    [Fact]
    public async Task A_name_that_is_replaced_leaves_its_file_to_the_other_names()
    {
        Assert.Equal(
            ["f 0644 0:0 a 3 11507a0e", "f 0644 0:0 b 3 cba06b57", "h c => b"],
            await ListAsync(Archives.File("a", "old"), Archives.HardLink("b", "a"), Archives.HardLink("c", "a"), Archives.File("a", "new")));
    }

    [Fact]
    public async Task A_hard_link_into_a_lower_layer_stays_one() => Assert.Equal(["h a => elsewhere/f"], await ListAsync(Archives.HardLink("a", "elsewhere/f")));

    [Fact]
    public async Task Directories_that_are_passed_through_are_marked()
    {
        using FileList list = await OpenAsync(Archives.File("a/b/f"), Archives.Removal("c/d/gone"), Archives.Opaque("e/f"), Archives.Directory("g"), Archives.File("g/h"));
        Assert.Equal(["a", "a/b", "c", "c/d", "e", "e/f"], list.Entries().Where(static e => e.IsImplied).Select(static e => e.Path));
        Assert.Equal(["e/f"], list.Entries().Where(static e => e.IsOpaque).Select(static e => e.Path));
    }

    [Fact]
    public async Task A_directory_that_was_removed_and_made_again_is_a_new_one()
    {
        using FileList list = await OpenAsync(Archives.Removal("d"), Archives.File("d/f"));
        FileEntry directory = list.Find("d") ?? throw new InvalidOperationException("d is not in the list");
        Assert.Equal((EntryKind.Directory, 0x1ED, true, false), (directory.Kind, directory.Mode, directory.IsOpaque, directory.IsImplied));
    }

    [Fact]
    public async Task Files_that_only_say_what_AUFS_did_are_left_out() =>
        Assert.Equal(["f 0644 0:0 f 0 e3b0c442"], await ListAsync(Archives.File(".wh..wh.plnk/1"), Archives.Directory(".wh..wh.orph"), Archives.File(".wh..wh.aufs"), Archives.File("f")));

    [Fact]
    public async Task An_empty_archive_is_an_empty_list() => Assert.Empty(await ListAsync());

    [Fact]
    public async Task A_damaged_archive_leaves_no_list()
    {
        using MemoryStream archive = await Archives.OfAsync(Archives.File("f", new string('x', 2000)));
        archive.SetLength(1024);
        await Assert.ThrowsAsync<TarException>(() => ArchiveListing.WriteAsync(archive, _temp["list"], Ct));
        Assert.False(File.Exists(_temp["list"]));
    }

    private async Task<string[]> ListAsync(params IEnumerable<(TarEntry Entry, string Content)> entries)
    {
        using FileList list = await OpenAsync(entries);
        return Trees.Shown(list.Entries());
    }

    private async Task<FileList> OpenAsync(params IEnumerable<(TarEntry Entry, string Content)> entries)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        await ArchiveListing.WriteAsync(archive, _temp["list"], Ct);
        return FileList.Open(_temp["list"]);
    }
}
