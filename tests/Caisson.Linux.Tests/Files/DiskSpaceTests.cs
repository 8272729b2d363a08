using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class DiskSpaceTests : IDisposable
{
    private const int FileBytes = 1 << 20;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_tree_takes_what_its_files_and_directories_take()
    {
        Directory.CreateDirectory(_temp["tree/below"]);
        Write("tree/a");
        Write("tree/below/b");
        Assert.InRange(DiskSpace.Of(_temp["tree"]), 2 * FileBytes, (2 * FileBytes) + 65536);
    }

    [Fact]
    public void A_file_with_several_names_counts_once()
    {
        Directory.CreateDirectory(_temp["tree"]);
        Write("tree/a");
        long once = DiskSpace.Of(_temp["tree"]);
        using (DirectoryHandle tree = DirectoryHandle.Open(_temp["tree"]))
            tree.CreateHardLink("b", tree, "a");
        Assert.Equal(once, DiskSpace.Of(_temp["tree"]));
    }

    [Fact]
    public void Holes_take_nothing()
    {
        using (FileStream file = File.Create(_temp["sparse"]))
            file.SetLength(100 * FileBytes);
        Assert.InRange(DiskSpace.Of(_temp["sparse"]), 0, FileBytes);
    }

    [Fact]
    public void Links_are_not_followed()
    {
        Write("outside");
        Directory.CreateDirectory(_temp["tree"]);
        File.CreateSymbolicLink(_temp["tree/link"], _temp["outside"]);
        Assert.InRange(DiskSpace.Of(_temp["tree"]), 0, FileBytes / 2);
    }

    [Fact]
    public void What_is_not_there_takes_nothing()
    {
        Assert.Equal(0, DiskSpace.Of(_temp["missing"]));
        Assert.Equal(0, DiskSpace.Of(_temp["missing/below"]));
    }

    [Fact]
    public void However_deep_a_tree_is_it_can_be_measured()
    {
        DirectoryHandle at = DirectoryHandle.Open(_temp.Path);
        for (int i = 0; i < 1200; i++)
        {
            at.CreateDirectory("d", 0x1ED);
            DirectoryHandle below = at.OpenDirectory("d");
            at.Dispose();
            at = below;
        }
        at.Dispose();
        Assert.True(DiskSpace.Of(_temp["d"]) >= 0);
        DirectoryRemoval.Remove(_temp["d"]);
    }

    private void Write(string name)
    {
        byte[] bytes = new byte[FileBytes];
        new Random(1).NextBytes(bytes);
        using FileStream file = File.Create(_temp[name]);
        file.Write(bytes);
        file.Flush(flushToDisk: true); // some file systems say what a file takes only then
    }
}
