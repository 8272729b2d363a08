using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A layer is the same to whoever unpacks it, whatever they may do with files: as root of a namespace, and as an ordinary user. The forms themselves: <see cref="LayerTreeContract"/>.</summary>
public sealed class OwnershipTests : IDisposable
{
    private const uint OrdinaryUser = 12345;

    private readonly TempDirectory _temp = new();

    public OwnershipTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Root_of_a_namespace_with_one_id_keeps_them_in_attributes_and_the_rest_beside_the_directory()
    {
        string archive = await WriteAsync(LayerTreeContract.Everything);
        using OtherProcess user = OtherProcess.StartInUserNamespace("unpack-and-show", archive, _temp.Make("layer"), "user");
        Assert.Equal(["device", "link", "pipe", "second-device"], await user.ReadListAsync());
        Assert.Equal(LayerTreeContract.EverythingShown, await user.ReadListAsync());
        Assert.Equal("1000:1001", (await Tool.ShellAsync(_temp["layer"], "getfattr --only-values -n user.caisson.owner shared/setuid")).Trim());
        Assert.Equal("4755 0:0\n", await Tool.ShellAsync(_temp["layer"], "stat -c '%a %u:%g' shared/setuid"));
    }

    [Fact]
    public async Task An_ordinary_user_keeps_all_of_it_beside_a_directory_that_the_user_can_read_and_remove()
    {
        string archive = await WriteAsync(LayerTreeContract.Everything);
        _temp.Make("home");
        await Tool.ShellAsync(_temp.Path, $"chmod 755 .; mkdir home/layer; chown -R {OrdinaryUser} home");
        using OtherProcess user = OtherProcess.StartAs(OrdinaryUser, "unpack-and-show", archive, _temp["home/layer"], "unmounted");
        Assert.Equal(["capable", "closed", "device", "link", "pipe", "second-device", "secret", "shared", "shared/setuid", "twice"], await user.ReadListAsync());
        Assert.Equal(LayerTreeContract.EverythingShown, await user.ReadListAsync());
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

    private async Task<string> WriteAsync(params (TarEntry Entry, string Content)[] entries)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        await File.WriteAllBytesAsync(_temp["archive"], archive.ToArray(), Ct);
        return _temp["archive"];
    }
}
