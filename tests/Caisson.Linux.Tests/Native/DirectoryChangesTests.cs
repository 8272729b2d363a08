using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Native;

public sealed class DirectoryChangesTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly DirectoryHandle _root;

    public DirectoryChangesTests() => _root = DirectoryHandle.Open(_temp.Path);

    public void Dispose()
    {
        _root.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(0x1FF)]
    [InlineData(0xFFF)]
    [InlineData(0)]
    [InlineData(0x3FF)]
    public void Modes_are_exact_whatever_the_umask(int mode)
    {
        Requires.Root();
        _root.CreateDirectory("directory", mode);
        _root.CreateNode("pipe", FileKind.Fifo, mode, 0, 0);
        Assert.Equal((mode, mode), (_root.Status("directory").Mode, _root.Status("pipe").Mode));
    }

    [Fact]
    public async Task Owner_and_time_of_a_link_are_its_own()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, "touch -d '2001-01-01 UTC' target; ln -s target link");
        _root.SetOwner("link", 5, 6);
        _root.SetModified("link", new FileTime(-7, 8));
        Assert.Equal((5u, 6u, new FileTime(-7, 8)), (_root.Status("link").Uid, _root.Status("link").Gid, _root.Status("link").Modified));
        Assert.Equal((0u, 0u, new FileTime(978307200, 0)), (_root.Status("target").Uid, _root.Status("target").Gid, _root.Status("target").Modified));
    }

    [Fact]
    public async Task A_hard_link_to_a_link_is_one_more_name_of_the_link()
    {
        await Tool.ShellAsync(_temp.Path, "touch target; ln -s target link");
        _root.CreateHardLink("second", _root, "link");
        Assert.Equal((FileKind.SymbolicLink, 2u), (_root.Status("second").Kind, _root.Status("second").LinkCount));
    }

    [Fact]
    public void Attributes_of_the_open_directory_are_set_with_its_set_id_bits()
    {
        Requires.Root();
        using (DirectoryHandle directory = Made("directory"))
            directory.SetOwnAttributes(0xDED, 5, 6);
        FileStatus status = _root.Status("directory");
        Assert.Equal((0xDED, 5u, 6u), (status.Mode, status.Uid, status.Gid));
    }

    [Fact]
    public async Task A_file_that_is_renamed_replaces_another()
    {
        await Tool.ShellAsync(_temp.Path, "printf new > a; mkdir d; printf old > d/b");
        using DirectoryHandle other = _root.OpenDirectory("d");
        _root.Rename("a", other, "b");
        Assert.Equal("new", await File.ReadAllTextAsync(_temp["d/b"], TestContext.Current.CancellationToken));
        Assert.Equal(["d"], _root.List());
    }

    [Fact]
    public async Task A_file_that_may_only_have_a_new_name_replaces_nothing()
    {
        await Tool.ShellAsync(_temp.Path, "printf a > a; printf b > b");
        Assert.False(_root.TryRenameNew("a", _root, "b"));
        Assert.True(_root.TryRenameNew("a", _root, "c"));
        Assert.Equal(["b", "c"], _root.List());
    }

    [Fact]
    public void Files_and_directories_are_removed_each_in_their_own_way()
    {
        Made("directory").Dispose();
        _root.CreateSymbolicLink("link", "directory");
        Assert.Equal(Errno.EISDIR, Assert.Throws<SystemCallException>(() => _root.RemoveFile("directory")).ErrorNumber);
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<SystemCallException>(() => _root.RemoveDirectory("link")).ErrorNumber);
        _root.RemoveFile("link");
        _root.RemoveDirectory("directory");
        Assert.Empty(_root.List());
    }

    [Fact]
    public void A_directory_that_holds_something_stays()
    {
        using (DirectoryHandle directory = Made("directory"))
            directory.CreateSymbolicLink("link", "x");
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.RemoveDirectory("directory"));
        Assert.Equal(("unlinkat", "directory", Errno.ENOTEMPTY), (failure.Call, failure.Path, failure.ErrorNumber));
    }

    [Fact]
    public void Names_and_link_targets_end_where_their_text_ends()
    {
        string name = new('n', 255);
        string target = string.Concat(Enumerable.Repeat("дом/", 500));
        using (SafeFileHandle file = _root.CreateFile(name, 0x1A4))
            Assert.Equal(0, RandomAccess.GetLength(file));
        _root.CreateSymbolicLink("link", target);
        Assert.Equal(["link", name], _root.List());
        Assert.Equal(target, _root.ReadLink("link"));
    }

    [Fact]
    public void A_full_disk_is_told_from_other_errors()
    {
        Assert.True(new SystemCallException("write", Errno.ENOSPC).IsDiskFull);
        Assert.True(new SystemCallException("write", Errno.EDQUOT).IsDiskFull);
        Assert.False(new SystemCallException("write", Errno.EIO).IsDiskFull);
        Assert.Equal("write: No space left on device", new SystemCallException("write", Errno.ENOSPC).Message);
    }

    private DirectoryHandle Made(string name)
    {
        _root.CreateDirectory(name, 0x1ED);
        return _root.OpenDirectory(name);
    }
}
