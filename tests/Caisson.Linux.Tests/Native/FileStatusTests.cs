using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Native;

public sealed class FileStatusTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly DirectoryHandle _root;

    public FileStatusTests() => _root = DirectoryHandle.Open(_temp.Path);

    public void Dispose()
    {
        _root.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Every_kind_of_file_is_told_apart()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, """
            touch file; mkdir directory; ln -s x link; mkfifo pipe; mknod character c 1 3; mknod block b 7 0
            perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1)'
            """);
        Dictionary<string, FileKind> kinds = _root.List().ToDictionary(static n => n, n => _root.Status(n).Kind);
        Assert.Equal(
            new Dictionary<string, FileKind>
            {
                ["file"] = FileKind.File,
                ["directory"] = FileKind.Directory,
                ["link"] = FileKind.SymbolicLink,
                ["pipe"] = FileKind.Fifo,
                ["character"] = FileKind.CharacterDevice,
                ["block"] = FileKind.BlockDevice,
                ["socket"] = FileKind.Socket,
            },
            kinds);
    }

    [Fact]
    public async Task Owner_mode_size_and_names_are_those_of_the_file()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, "printf hello > file; ln file second; chown 70000:80000 file; chmod 6751 file");
        FileStatus status = _root.Status("file");
        Assert.Equal(new FileStatus(FileKind.File, 0xDE9, 70000, 80000, 5, 2), status with { Inode = 0, Device = 0, Modified = default, Changed = default, Blocks = 0 });
        Assert.Equal(_root.Status("second").Inode, status.Inode);
    }

    [Fact]
    public async Task Times_are_exact_and_may_lie_before_1970()
    {
        await Tool.ShellAsync(_temp.Path, "touch -d '1955-11-05 06:15:00.123456789 UTC' old");
        Assert.Equal(new FileTime(-446751900, 123456789), _root.Status("old").Modified);
    }

    [Theory]
    [InlineData(1u, 5u)]
    [InlineData(259u, 65537u)]
    [InlineData(4095u, 1048575u)]
    [InlineData(0u, 1u)]
    public void Device_numbers_come_back_as_they_were_given(uint major, uint minor)
    {
        Requires.Root();
        _root.CreateNode("device", FileKind.CharacterDevice, 0x180, major, minor);
        FileStatus status = _root.Status("device");
        Assert.Equal((major, minor, 0x180), (status.DeviceMajor, status.DeviceMinor, status.Mode));
        Assert.False(status.IsWhiteout);
    }

    [Fact]
    public void The_device_without_a_number_is_a_whiteout()
    {
        Requires.Root();
        _root.CreateNode("gone", FileKind.CharacterDevice, 0, 0, 0);
        Assert.True(_root.Status("gone").IsWhiteout);
    }

    [Fact]
    public async Task Holes_use_no_blocks()
    {
        await Tool.ShellAsync(_temp.Path, "truncate -s 1G sparse");
        FileStatus status = _root.Status("sparse");
        Assert.Equal((1L << 30, 0UL), (status.SizeBytes, status.Blocks));
    }

    [Theory]
    [InlineData(5, 3, 5, 2, 5, 2)]
    [InlineData(5, 2, 5, 3, 5, 2)]
    [InlineData(4, 9, 5, 0, 4, 9)]
    [InlineData(6, 0, 5, 9, 5, 9)]
    [InlineData(-1, 9, 0, 0, -1, 9)]
    public void A_time_is_clamped_to_a_limit(long seconds, int nanoseconds, long limitSeconds, int limitNanoseconds, long expectedSeconds, int expectedNanoseconds) =>
        Assert.Equal(new FileTime(expectedSeconds, expectedNanoseconds), new FileTime(seconds, nanoseconds).NoLaterThan(new FileTime(limitSeconds, limitNanoseconds)));
}
