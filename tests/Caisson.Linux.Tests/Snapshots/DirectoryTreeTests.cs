using System.Net.Sockets;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class DirectoryTreeTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Everything_is_shown_as_programs_see_it()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Make("d"), """
            mkdir -p a/b a.b; echo x > a/f; chmod 4711 a/f; chown 5:6 a; chmod 1777 a/b; ln -s ../nowhere a/l; chown -h 7:8 a/l; mkfifo p; mknod c c 1 3; mknod k b 8 1
            printf x > "$(printf 'n\377')"
            """);
        using DirectoryTree tree = new(_temp["d"], OverlayMarks.Trusted);
        string[] shown = Trees.Shown(tree);
        Assert.Equal(await Trees.FoundAsync(_temp["d"]), shown);
        Assert.Equal(9, shown.Length);
    }

    [Fact]
    public async Task Times_sizes_and_device_numbers_are_exact()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Make("d"), "printf abc > f; touch -d '@1000.000000007' f; mknod c c 300 70000");
        using DirectoryTree tree = new(_temp["d"], OverlayMarks.Trusted);
        FileEntry file = tree.Find("f") ?? throw new InvalidOperationException("f is gone");
        Assert.Equal((3, new FileTime(1000, 7)), (file.SizeBytes, file.Modified));
        Assert.Equal((300u, 70000u), (tree.Find("c")?.DeviceMajor, tree.Find("c")?.DeviceMinor));
    }

    [Fact]
    public void Attributes_of_the_file_are_carried_and_those_of_the_machine_are_not()
    {
        Requires.Root();
        File.WriteAllText(_temp["f"], "");
        Directory.CreateDirectory(_temp["d"]);
        using (DirectoryHandle root = DirectoryHandle.Open(_temp.Path))
        {
            foreach (string name in (string[])["user.kept", "user.caisson.own", "user.overlay.origin", "trusted.any", "security.selinux"])
                root.SetAttribute("f", name, "v"u8);
            root.SetAttribute("d", "user.kept", []);
        }
        using DirectoryTree tree = new(_temp.Path, OverlayMarks.Trusted);
        Assert.Equal(["user.kept"], tree.Find("f")?.Xattrs.Keys);
        Assert.Equal("v"u8.ToArray(), tree.Find("f")?.Xattrs["user.kept"]);
        Assert.Equal([], tree.Find("d")?.Xattrs["user.kept"]);
    }

    [Theory]
    [InlineData("trusted.overlay.opaque", "y", true, false)]
    [InlineData("user.overlay.opaque", "y", false, true)]
    [InlineData("trusted.overlay.opaque", "x", false, false)]
    public void A_directory_is_opaque_by_the_mark_that_the_mount_goes_by(string attribute, string value, bool asRoot, bool asUser)
    {
        Requires.Root();
        Directory.CreateDirectory(_temp["d"]);
        using (DirectoryHandle root = DirectoryHandle.Open(_temp.Path))
            root.SetAttribute("d", attribute, System.Text.Encoding.ASCII.GetBytes(value));
        using DirectoryTree trusted = new(_temp.Path, OverlayMarks.Trusted);
        using DirectoryTree user = new(_temp.Path, OverlayMarks.User);
        Assert.Equal((asRoot, asUser), (trusted.Find("d")!.IsOpaque, user.Find("d")!.IsOpaque)); // made above
    }

    [Fact]
    public async Task A_removal_is_one_and_no_device()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Make("d"), "mknod gone c 0 0; mknod zero b 0 0");
        using DirectoryTree tree = new(_temp["d"], OverlayMarks.Trusted);
        Assert.Equal(["gone gone", "b 0644 0:0 zero"], Trees.Shown(tree).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public void A_socket_is_nothing_that_a_layer_holds()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_temp["s"]));
        using DirectoryTree tree = new(_temp.Path, OverlayMarks.Trusted);
        Assert.Empty(tree.Children(""));
        Assert.Null(tree.Find("s"));
    }

    [Fact]
    public void A_tree_of_what_is_no_directory_cannot_be_opened()
    {
        File.WriteAllText(_temp["f"], "");
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<SystemCallException>(() => new DirectoryTree(_temp["f"], OverlayMarks.Trusted)).ErrorNumber);
        Assert.Equal(Errno.ENOENT, Assert.Throws<SystemCallException>(() => new DirectoryTree(_temp["missing"], OverlayMarks.Trusted)).ErrorNumber);
    }
}
