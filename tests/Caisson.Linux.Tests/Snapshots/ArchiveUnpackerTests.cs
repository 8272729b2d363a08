using System.Text;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;
using static Caisson.Linux.Tests.Testing.Archives;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>An archive as a tree, without a file system in between.</summary>
public sealed class ArchiveUnpackerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Entries_come_in_the_order_of_a_list_and_say_which_directories_are_only_passed_through()
    {
        using UnpackedArchive archive = await UnpackAsync(File("z/b", "B"), Directory("a", 0x1C0), File("a/x", "X"));
        Assert.Equal(["/ implied", "a", "a/x", "z implied", "z/b"], archive.Entries().Select(static e => (e.Path.Length == 0 ? "/" : e.Path) + (e.IsImplied ? " implied" : "")));
        Assert.False(archive.Find("z")?.IsImplied);
        Assert.Equal(["a", "z"], archive.Children("").Select(static e => e.Path));
    }

    [Fact]
    public async Task Files_are_read_by_any_of_their_names()
    {
        using UnpackedArchive archive = await UnpackAsync(File("b", "text"), HardLink("a", "b"), HardLink("c", "a"), File("same", "text"));
        Assert.All((string[])["a", "b", "c", "same"], name => Assert.Equal("text", Read(archive, name)));
        Assert.Equal(3, archive.Entries().Count(static e => e.LinkGroup is not null));
        Assert.Equal(archive.Find("a")?.LinkGroup, archive.Find("c")?.LinkGroup);
        Assert.Null(archive.Find("same")?.LinkGroup);
    }

    [Fact]
    public async Task Attributes_are_those_of_the_archive_whatever_this_machine_could_make()
    {
        using UnpackedArchive archive = await UnpackAsync(
            File("f", "F", 0x9ED, 4_000_000_000, 7).At(5).WithXattr("user.x", 1), Link("l", "/anywhere", 3, 4), Node(TarEntryType.BlockDevice, "d", 0x180, 8, 1), Node(TarEntryType.Fifo, "p", 0x180));
        FileEntry file = archive.Find("f")!;
        Assert.Equal((0x9ED, 4_000_000_000, 7U, new FileTime(5, 0)), (file.Mode, file.Uid, file.Gid, file.Modified));
        Assert.Equal([1], file.Xattrs["user.x"]);
        Assert.Equal((EntryKind.BlockDevice, 8U, 1U), (archive.Find("d")!.Kind, archive.Find("d")!.DeviceMajor, archive.Find("d")!.DeviceMinor));
        Assert.Equal((EntryKind.Fifo, "/anywhere"), (archive.Find("p")!.Kind, archive.Find("l")!.LinkTarget));
    }

    [Fact]
    public async Task Names_of_whiteouts_are_names()
    {
        using UnpackedArchive archive = await UnpackAsync(File("x"), Removal("x"), Opaque("d"));
        Assert.Equal(["", ".wh.x", "d", "d/.wh..wh..opq", "x"], archive.Entries().Select(static e => e.Path));
    }

    [Fact]
    public async Task Sparse_files_are_whole_and_take_no_room()
    {
        string sparse = _directory["sparse"];
        using (FileStream file = System.IO.File.Create(sparse))
        {
            file.SetLength(1 << 30);
            file.Position = (1 << 30) - 4;
            file.Write("end."u8);
        }
        await Tool.RunAsync("tar", "--sparse", "-C", _directory.Path, "-cf", _directory["sparse.tar"], "sparse");
        await using FileStream tar = System.IO.File.OpenRead(_directory["sparse.tar"]);
        using UnpackedArchive archive = await UnpackAsync(tar);
        Assert.Equal(1 << 30, archive.Find("sparse")?.SizeBytes);
        using SafeFileHandle content = archive.Open("sparse");
        byte[] end = new byte[4];
        RandomAccess.Read(content, end, (1 << 30) - 4);
        Assert.Equal("end."u8.ToArray(), end);
        Assert.True(content.NextData(0, 1 << 30) > 1 << 29, "the hole was filled");
    }

    [Fact]
    public async Task A_path_through_the_archives_own_links_ends_inside()
    {
        using UnpackedArchive archive = await UnpackAsync(Link("out", "../../../../etc"), File("out/passwd", "mine"), Link("abs", "/etc"), File("abs/group", "mine"));
        Assert.Equal(["", "abs", "etc", "etc/group", "etc/passwd", "out"], archive.Entries().Select(static e => e.Path));
    }

    [Fact]
    public async Task Links_in_a_circle_are_refused()
    {
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(() => UnpackAsync(Link("a", "b"), Link("b", "a"), File("a/x")));
        Assert.Equal(Errno.ELOOP, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_path_through_a_file_is_refused() =>
        Assert.Contains("which is no directory", (await Assert.ThrowsAsync<InvalidDataException>(() => UnpackAsync(File("a"), File("a/x")))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Nothing_is_left_of_an_archive_that_cannot_be_unpacked()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => UnpackAsync(File("a", "A"), HardLink("b", "missing")));
        Assert.False(System.IO.Directory.Exists(_directory["content"]));
    }

    [Fact]
    public async Task Its_directory_goes_with_it()
    {
        UnpackedArchive archive = await UnpackAsync(File("a", "A"));
        archive.Dispose();
        Assert.False(System.IO.Directory.Exists(_directory["content"]));
    }

    [Fact]
    public async Task Limits_hold()
    {
        MemoryStream tar = await OfAsync(File("a", "123456789"), File("b", "123456789"));
        TarReaderOptions options = TarReaderOptions.Source with { MaxTotalFileBytes = 10 };
        TarException failure = await Assert.ThrowsAsync<TarException>(() => ArchiveUnpacker.UnpackAsync(tar, MakeDirectory(), options, Ct));
        Assert.Equal(TarErrorKind.LimitExceeded, failure.Kind);
    }

    // Each replaced directory would cost a look at all entries, were they a plain list.
    [Fact]
    public async Task Directories_that_are_replaced_again_and_again_cost_no_more_than_others()
    {
        const int count = 20_000;
        List<(TarEntry, string)> entries = [];
        for (int i = 0; i < count; i++)
            entries.AddRange([Directory($"d{i}"), File($"d{i}/x"), File($"d{i}")]);
        using UnpackedArchive archive = await UnpackAsync([.. entries]);
        Assert.Equal(count + 1, archive.Entries().Count());
    }

    private async Task<UnpackedArchive> UnpackAsync(params (TarEntry Entry, string Content)[] entries) => await UnpackAsync(await OfAsync(entries));

    private Task<UnpackedArchive> UnpackAsync(Stream tar) => ArchiveUnpacker.UnpackAsync(tar, MakeDirectory(), TarReaderOptions.Source, Ct);

    private string MakeDirectory() => System.IO.Directory.CreateDirectory(_directory["content"]).FullName;

    private static string Read(UnpackedArchive archive, string path)
    {
        using SafeFileHandle file = archive.Open(path);
        byte[] bytes = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, bytes, 0);
        return Encoding.UTF8.GetString(bytes);
    }
}
