using Caisson.Linux.Files;

namespace Caisson.Linux.Tests.Files;

public sealed class MountTableTests
{
    private static readonly MountTable Table = MountTable.Parse(
    [
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw",
        "30 22 0:26 / /data rw - xfs /dev/sdb rw",
        "31 30 0:27 / /data/my\\040disk\\134x rw,noatime shared:7 master:2 - btrfs /dev/sdc rw",
        "32 22 0:28 / /data rw - tmpfs none rw,size=1m",
        "broken line",
        "33 22 0:29 / /odd\\09 rw - nfs server:/x rw",
    ]);

    [Theory]
    [InlineData("/etc/passwd", "/", "ext4")]
    [InlineData("/", "/", "ext4")]
    [InlineData("/database", "/", "ext4")]
    [InlineData("/data/x", "/data", "tmpfs")]
    [InlineData("/data/my disk\\x/y", "/data/my disk\\x", "btrfs")]
    [InlineData("/odd\\09/y", "/odd\\09", "nfs")]
    public void A_file_belongs_to_the_nearest_mount_above_and_of_two_to_the_later(string path, string mount, string fileSystem) =>
        Assert.Equal((mount, fileSystem), Table.Find(path));

    [Fact]
    public void Nothing_is_found_where_nothing_is_known() => Assert.Null(MountTable.Parse([]).Find("/x"));

    [Fact]
    public void The_machine_has_mounts() => Assert.NotNull(MountTable.Read().Find("/proc/self/status"));
}
