using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Native;

public sealed class OpenFileTests : IDisposable
{
    private const long Size = 8 << 20;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    // A hole, data from 2 to 3 MiB, a hole to the end.
    [Theory]
    [InlineData(0, 2 << 20, 0)]
    [InlineData(2 << 20, 2 << 20, 3 << 20)]
    [InlineData((2 << 20) + 77, (2 << 20) + 77, 3 << 20)]
    [InlineData(3 << 20, Size, 3 << 20)]
    [InlineData(Size - 1, Size, Size - 1)]
    public async Task Data_and_holes_are_found(long offset, long data, long hole)
    {
        await Tool.ShellAsync(_temp.Path, "truncate -s 8M file; dd if=/dev/urandom of=file bs=1M seek=2 count=1 conv=notrunc status=none");
        using SafeFileHandle file = File.OpenHandle(_temp["file"]);
        Assert.Equal((data, hole), (file.NextData(offset, Size), file.NextHole(offset)));
    }

    [Fact]
    public void Behind_the_end_there_is_no_data()
    {
        File.WriteAllText(_temp["file"], "abc");
        using SafeFileHandle file = File.OpenHandle(_temp["file"]);
        Assert.Equal(7, file.NextData(7, sizeBytes: 7));
    }

    [Fact]
    public void An_empty_file_has_no_data()
    {
        File.WriteAllText(_temp["file"], "");
        using SafeFileHandle file = File.OpenHandle(_temp["file"]);
        Assert.Equal(0, file.NextData(0, sizeBytes: 0));
    }

    [Fact]
    public void A_range_is_copied_to_the_same_place()
    {
        File.WriteAllText(_temp["from"], "0123456789");
        File.WriteAllText(_temp["to"], "..........");
        using SafeFileHandle from = File.OpenHandle(_temp["from"]);
        using SafeFileHandle to = File.OpenHandle(_temp["to"], access: FileAccess.Write);
        Assert.Equal(3, from.CopyRangeTo(to, offset: 4, countBytes: 3));
        Assert.Equal(0, from.CopyRangeTo(to, offset: 10, countBytes: 3));
        Assert.Equal("....456...", File.ReadAllText(_temp["to"]));
    }

    [Fact]
    public void The_status_of_an_open_file_is_that_of_its_name()
    {
        File.WriteAllText(_temp["file"], "abc");
        using SafeFileHandle file = File.OpenHandle(_temp["file"]);
        using DirectoryHandle directory = DirectoryHandle.Open(_temp.Path);
        Assert.Equal(directory.Status("file"), file.Status());
    }

    [Fact]
    public void An_open_file_takes_a_mode_and_a_time_to_the_nanosecond()
    {
        using DirectoryHandle root = DirectoryHandle.Open(_temp.Path);
        Directory.CreateDirectory(_temp["dir"]);
        using (SafeFileHandle file = root.CreateFileBelow("dir/file", 0x180))
        {
            file.SetMode(0x9ED);
            file.SetModified(new FileTime(-5, 123_456_789));
        }
        using DirectoryHandle directory = root.OpenDirectory("dir");
        FileStatus status = directory.Status("file");
        Assert.Equal((0x9ED, new FileTime(-5, 123_456_789)), (status.Mode, status.Modified));
    }

    [Fact]
    public void A_file_is_not_created_through_a_link_or_where_one_is()
    {
        using DirectoryHandle root = DirectoryHandle.Open(_temp.Path);
        Directory.CreateDirectory(_temp["dir"]);
        Directory.CreateSymbolicLink(_temp["link"], "dir");
        Assert.Equal(Errno.ELOOP, Assert.Throws<SystemCallException>(() => root.CreateFileBelow("link/file", 0x180)).ErrorNumber);
        Assert.Equal(Errno.EXDEV, Assert.Throws<SystemCallException>(() => root.CreateFileBelow("../file", 0x180)).ErrorNumber);
        Assert.Equal(Errno.EEXIST, Assert.Throws<SystemCallException>(() => root.CreateFileBelow("link", 0x180)).ErrorNumber);
    }
}
