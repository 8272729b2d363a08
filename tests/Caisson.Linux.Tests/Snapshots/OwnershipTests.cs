using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A layer is the same to whoever unpacks it, whatever they may do with files.</summary>
public sealed class OwnershipTests : IDisposable
{
    private const uint OrdinaryUser = 12345;

    // VFS_CAP_REVISION_2, effective, CAP_NET_RAW: linux/capability.h
    private static readonly byte[] RawNetwork = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly string[] Everything =
    [
        "c 0660 0:0 device", "c 0660 0:0 second-device", "d 0555 3:4 closed", "d 0755 0:0 hides opaque", "d 2775 1:2 shared", "f 0000 0:0 secret 1 2d711642",
        "f 0644 0:0 plain 1 2d711642", "f 0755 0:0 capable 1 2d711642 security.capability", "f 4755 1000:1001 shared/setuid 1 2d711642", "f 4755 1000:1001 twice 1 2d711642",
        "gone removed", "l 7:8 link -> plain", "p 0644 9:9 pipe",
    ];

    private readonly TempDirectory _temp = new();

    public OwnershipTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Root_gives_files_to_their_owners()
    {
        string archive = await WriteAsync();
        await using FileStream stream = File.OpenRead(archive);
        UnsettledEntries unsettled = await LayerUnpacker.UnpackAsync(stream, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
        Assert.Empty(unsettled.Records);
        using DirectoryTree tree = new(_temp["layer"], OverlayMarks.Trusted);
        Assert.Equal(Everything, Trees.ShownWithAttributes(tree));
    }

    [Fact]
    public async Task Root_of_a_namespace_with_one_id_keeps_them_in_attributes_and_the_rest_beside_the_directory()
    {
        string archive = await WriteAsync();
        using OtherProcess user = OtherProcess.StartInUserNamespace("unpack-and-show", archive, _temp.Make("layer"), "user");
        Assert.Equal(["device", "link", "pipe", "second-device"], await user.ReadListAsync());
        Assert.Equal(Everything, await user.ReadListAsync());
        Assert.Equal("1000:1001", (await Tool.ShellAsync(_temp["layer"], "getfattr --only-values -n user.caisson.owner shared/setuid")).Trim());
        Assert.Equal("4755 0:0\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%a %u:%g' shared/setuid"));
    }

    [Fact]
    public async Task An_ordinary_user_keeps_all_of_it_beside_a_directory_that_the_user_can_read_and_remove()
    {
        string archive = await WriteAsync();
        _temp.Make("home");
        await Tool.ShellAsync(_temp.Path, $"chmod 755 .; mkdir home/layer; chown -R {OrdinaryUser} home");
        using OtherProcess user = OtherProcess.StartAs(OrdinaryUser, "unpack-and-show", archive, _temp["home/layer"], "unmounted");
        Assert.Equal(["capable", "closed", "device", "link", "pipe", "second-device", "secret", "shared", "shared/setuid", "twice"], await user.ReadListAsync());
        Assert.Equal(Everything, await user.ReadListAsync());
        // Nothing of root's that stands there as the user's runs as the user for others.
        Assert.Equal("", await Tool.ShellAsync(_temp["home/layer"], "find . -perm /6000"));
        using OtherProcess remover = OtherProcess.StartAs(OrdinaryUser, "remove", _temp["home/layer"]);
        Assert.Equal("removed", await remover.ReadLineAsync());
    }

    [Fact]
    public async Task An_entry_that_comes_again_replaces_what_was_kept_of_the_first()
    {
        string archive = await WriteAsync(
            Archives.Directory("d", uid: 5, gid: 5), Archives.Directory("d"), Archives.File("f", "x", uid: 5), Archives.File("f", "x"), Archives.Link("l", "f", uid: 5), Archives.Link("l", "f"));
        using OtherProcess user = OtherProcess.StartInUserNamespace("unpack-and-show", archive, _temp.Make("layer"), "user");
        Assert.Empty(await user.ReadListAsync());
        Assert.Equal(["d 0755 0:0 d", "f 0644 0:0 f 1 2d711642", "l 0:0 l -> f"], await user.ReadListAsync());
    }

    [Theory]
    [InlineData("0:0", true)]
    [InlineData("4294967295:1", true)]
    [InlineData("", false)]
    [InlineData(":", false)]
    [InlineData("1", false)]
    [InlineData("-1:0", false)]
    [InlineData("4294967296:0", false)]
    [InlineData("1:2:3", false)]
    public async Task An_attribute_that_names_no_owner_is_as_if_it_were_not_there(string value, bool isOwner)
    {
        File.WriteAllText(Path.Combine(_temp.Make("layer"), "f"), "");
        await Tool.ShellAsync(_temp["layer"], $"setfattr -n user.caisson.owner -v '{value}' f; chown 11:12 f");
        using DirectoryTree tree = new(_temp["layer"], OverlayMarks.User);
        FileEntry found = tree.Find("f")!; // written above
        Assert.Equal(isOwner ? value : "11:12", $"{found.Uid}:{found.Gid}");
        Assert.Empty(found.Xattrs);
    }

    private async Task<string> WriteAsync() => await WriteAsync(
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
        Archives.Opaque("hides"));

    private async Task<string> WriteAsync(params (TarEntry Entry, string Content)[] entries)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        await File.WriteAllBytesAsync(_temp["archive"], archive.ToArray(), Ct);
        return _temp["archive"];
    }
}
