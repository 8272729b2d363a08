using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>
/// What a layer says is the same whatever form it has and whatever its directory may hold. One class below for each: what an archive was unpacked to on each rung of the ladder, and lists, and
/// what was made from them.
/// </summary>
public abstract class LayerTreeContract : IDisposable
{
    // VFS_CAP_REVISION_2, effective, CAP_NET_RAW: linux/capability.h
    private static readonly byte[] RawNetwork = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly TempDirectory _temp = new();

    protected LayerTreeContract() => Requires.Root();

    /// <summary>Every kind of entry, with owners and modes that not every directory can hold.</summary>
    internal static (TarEntry Entry, string Content)[] Everything { get; } =
    [
        Archives.Directory("shared", mode: 0x5FD, uid: 1, gid: 2),
        Archives.File("shared/setuid", "x", mode: 0x9ED, uid: 1000, gid: 1001),
        Archives.HardLink("twice", "shared/setuid"),
        Archives.Directory("closed", mode: 0x16D, uid: 3, gid: 4),
        Archives.File("plain", "x"),
        Archives.File("secret", "x", mode: 0),
        Archives.File("capable", "x", mode: 0x1ED).WithXattr("security.capability", RawNetwork),
        Archives.Link("link", "plain", uid: 7, gid: 8),
        (Archives.Node(TarEntryType.Fifo, "pipe", 0x1A4).Entry with { Uid = 9, Gid = 9 }, ""),
        Archives.Node(TarEntryType.CharacterDevice, "device", 0x1B0, 1, 3),
        Archives.HardLink("second-device", "device"),
        Archives.Removal("removed"),
        Archives.Directory("hides"),
        Archives.Opaque("hides"),
    ];

    /// <summary>How <see cref="Everything"/> is shown.</summary>
    internal static string[] EverythingShown { get; } =
    [
        "c 0660 0:0 device", "c 0660 0:0 second-device", "d 0555 3:4 closed", "d 0755 0:0 hides opaque", "d 2775 1:2 shared", "f 0000 0:0 secret 1 2d711642",
        "f 0644 0:0 plain 1 2d711642", "f 0755 0:0 capable 1 2d711642 security.capability", "f 4755 1000:1001 shared/setuid 1 2d711642", "f 4755 1000:1001 twice 1 2d711642",
        "gone removed", "l 7:8 link -> plain", "p 0644 9:9 pipe",
    ];

    private protected TempDirectory Temp => _temp;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Everything_that_the_archive_says_is_shown()
    {
        using ILayerTree tree = await OpenAsync(Everything);
        Assert.Equal(EverythingShown, Trees.ShownWithAttributes(tree));
    }

    [Fact]
    public async Task What_is_listed_is_what_is_found()
    {
        using ILayerTree tree = await OpenAsync(Everything);
        FileEntry[] listed = [.. Trees.Entries(tree.Children, "")];
        Assert.Equal(Describe(listed), Describe(listed.Select(e => tree.Find(e.Path)!))); // absent ones are not equal
    }

    [Fact]
    public async Task Children_come_in_ordinal_order()
    {
        using ILayerTree tree = await OpenAsync([.. ((string[])["b", "a", "B", "a.b", "a-b", "ä", "10", "9"]).Select(static n => Archives.File(n))]);
        Assert.Equal(["10", "9", "B", "a", "a-b", "a.b", "b", "ä"], tree.Children("").Select(static e => e.Path));
    }

    [Fact]
    public async Task Times_sizes_and_device_numbers_are_exact()
    {
        using ILayerTree tree = await OpenAsync(Archives.File("f", "abc").At(1000), Archives.Node(TarEntryType.CharacterDevice, "c", 0x1A4, 300, 70000).At(1000), Archives.Directory("d").At(1001), Archives.File("d/f"));
        Assert.Equal((3, new FileTime(1000, 0)), (tree.Find("f")!.SizeBytes, tree.Find("f")!.Modified)); // all were in the archive
        Assert.Equal((300u, 70000u), (tree.Find("c")!.DeviceMajor, tree.Find("c")!.DeviceMinor));
        Assert.Equal(new FileTime(1001, 0), tree.Find("d")!.Modified);
    }

    [Fact]
    public async Task Names_of_one_file_are_told()
    {
        using ILayerTree tree = await OpenAsync(Archives.File("a", "x"), Archives.HardLink("b", "a"), Archives.File("c", "x"), Archives.Directory("d"));
        Assert.NotNull(tree.Find("a")?.LinkGroup);
        Assert.Equal(tree.Find("a")?.LinkGroup, tree.Find("b")?.LinkGroup);
        Assert.Null(tree.Find("c")?.LinkGroup);
        Assert.Null(tree.Find("d")?.LinkGroup);
    }

    [Theory]
    [InlineData("link/f")]
    [InlineData("up/f")]
    [InlineData("f/x")]
    [InlineData("missing/x")]
    public async Task No_path_is_followed_through_a_link_or_a_file(string path)
    {
        await Tool.ShellAsync(_temp.Path, "mkdir outside; echo secret > outside/f");
        using ILayerTree tree = await OpenAsync(Archives.File("f", "x"), Archives.Link("link", _temp["outside"]), Archives.Link("up", "../outside"));
        Assert.Null(tree.Find(path));
        Assert.ThrowsAny<Exception>(() => tree.Open(path).Dispose());
        Assert.Empty(tree.Children(path));
        Assert.Empty(tree.Children(EntryPath.Parent(path)));
    }

    [Fact]
    public async Task A_file_can_be_read_and_nothing_else_is_opened()
    {
        using ILayerTree tree = await OpenAsync(Archives.File("f", "content"), Archives.Link("l", "f"), Archives.Node(TarEntryType.Fifo, "p", 0x1A4), Archives.Directory("d"));
        using (StreamReader reader = new(new FileStream(tree.Open("f"), FileAccess.Read)))
            Assert.Equal("content", await reader.ReadToEndAsync(Ct));
        Assert.All((string[])["l", "p", "d", "missing"], path => Assert.ThrowsAny<Exception>(() => tree.Open(path).Dispose()));
    }

    /// <summary>A layer of these entries, in the form that is tested.</summary>
    private protected abstract Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries);

    /// <summary>Unpacks entries to a directory of the test.</summary>
    private protected async Task<ILayerTree> UnpackAsync(string directory, OverlayMarks marks, (TarEntry Entry, string Content)[] entries)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        UnsettledEntries unsettled = await LayerUnpacker.UnpackAsync(archive, Temp.Make(directory), marks, Ct);
        DirectoryTree files = new(Temp[directory], marks);
        return marks.Ownership == Ownership.Native ? files : new RecordedTree(files, new FileListTree(List("records", unsettled.Records), []));
    }

    /// <summary>The list of a layer, as it is kept of one that was copied: further names of a file are links to its first.</summary>
    private protected FileList ListOf(ILayerTree tree)
    {
        Dictionary<string, string> first = [];
        return List("list", Trees.Entries(tree.Children, "").Select(Listed));

        FileEntry Listed(FileEntry entry)
        {
            FileEntry own = entry with { Origin = entry.Kind == EntryKind.File ? 1 : FileEntry.NoOrigin, Content = entry.Kind == EntryKind.File ? HashOf(tree, entry.Path) : null };
            return entry.LinkGroup is not { } group || first.TryAdd(group, entry.Path) ? own : own with { Kind = EntryKind.HardLink, LinkTarget = first[group], SizeBytes = 0, Content = null, Origin = FileEntry.NoOrigin };
        }
    }

    /// <summary>Unpacks entries, and makes another directory from their list, as a copied layer gets one.</summary>
    private protected async Task<ILayerTree> MaterializeAsync(OverlayMarks marks, (TarEntry Entry, string Content)[] entries)
    {
        using ILayerTree source = await UnpackAsync("source", OverlayMarks.Trusted, entries);
        FileList list = ListOf(source);
        await LayerMaterializer.WriteAsync(list, [new ContentRoot(new MergedTree([source]), "", "")], Temp.Make("layer"), marks, Ct);
        DirectoryTree files = new(Temp["layer"], marks);
        return marks.Ownership == Ownership.Native ? files : new RecordedTree(files, new FileListTree(list, []));
    }

    private FileList List(string name, IEnumerable<FileEntry> entries)
    {
        using (FileListWriter writer = new(Temp[name]))
        {
            foreach (FileEntry entry in entries)
                writer.Add(entry);
            writer.Complete();
        }
        return FileList.Open(Temp[name]);
    }

    private static Oci.Model.Digest HashOf(ILayerTree tree, string path)
    {
        using FileStream file = new(tree.Open(path), FileAccess.Read);
        return Oci.Model.Digest.FromSha256(System.Security.Cryptography.SHA256.HashData(file));
    }

    private static string[] Describe(IEnumerable<FileEntry> entries) =>
        [.. entries.Select(static e => $"{e.Path} {e.Kind} {e.Mode} {e.Uid}:{e.Gid} {e.SizeBytes} {e.Modified} {e.DeviceMajor}:{e.DeviceMinor} {e.LinkTarget} {string.Join(' ', e.Xattrs.Keys)} {e.LinkGroup}")];
}
