using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A stack of layers is one and the same tree, whether the kernel merges directories, the product does, or the product merges lists.</summary>
public sealed class MergedTreeTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public MergedTreeTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Kernel_directories_and_lists_agree_on_any_stack_of_archives(int seed)
    {
        RandomLayers layers = new(seed);
        List<string> topFirst = [];
        ImmutableArray<ILayerTree> lists = [];
        for (int i = 0; i < 4; i++)
        {
            var entries = layers.Next();
            UnsettledEntries unsettled;
            using (MemoryStream archive = await Archives.OfAsync(entries))
                unsettled = await LayerUnpacker.UnpackAsync(archive, _temp.Make($"layer-{i}"), OverlayMarks.Trusted, Ct);
            await LayerUnpacker.SettleAsync(_temp[$"layer-{i}"], unsettled, Trees.Merge(_temp, topFirst), OverlayMarks.Trusted, Ct);
            using (MemoryStream archive = await Archives.OfAsync(entries))
                await ArchiveListing.WriteAsync(archive, _temp[$"list-{i}"], Ct);
            topFirst.Insert(0, $"layer-{i}");
            lists = lists.Insert(0, new FileListTree(FileList.Open(_temp[$"list-{i}"]), []));
        }
        string[] kernel = await Trees.OverlaidAsync(_temp, [.. topFirst]);
        Assert.Equal(kernel, Trees.Shown(Trees.Merge(_temp, topFirst)));
        Assert.Equal(kernel, Trees.Shown(new MergedTree(lists)));
    }

    [Fact]
    public async Task A_file_of_an_upper_layer_hides_a_directory_below_and_a_directory_above_it_shows_nothing_of_that()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir -p low/x top/x; touch low/x/old top/x/new; mkdir mid; echo file > mid/x");
        Assert.Equal(await Trees.OverlaidAsync(_temp, ["top", "mid", "low"]), Trees.Shown(Trees.Merge(_temp, "top", "mid", "low")));
        Assert.Equal(["d 0755 0:0 x", "f 0644 0:0 x/new 0 e3b0c442"], Trees.Shown(Trees.Merge(_temp, "top", "mid", "low")));
    }

    [Fact]
    public async Task Files_are_opened_in_the_layer_that_shows_them()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir -p low/d top/d; echo low > low/d/a; echo low > low/d/b; echo top > top/d/b; mknod top/d/gone c 0 0; echo low > low/d/gone");
        MergedTree tree = Trees.Merge(_temp, "top", "low");
        Assert.Equal("low\n", Read(tree, "d/a"));
        Assert.Equal("top\n", Read(tree, "d/b"));
        Assert.Equal(Errno.ENOENT, Assert.Throws<SystemCallException>(() => tree.Open("d/gone")).ErrorNumber);
        Assert.Equal(Errno.ENOENT, Assert.Throws<SystemCallException>(() => tree.Open("missing")).ErrorNumber);
    }

    [Fact]
    public void Nothing_is_an_empty_root()
    {
        MergedTree tree = new([]);
        Assert.Equal((EntryKind.Directory, 0x1ED), (tree.Find("")!.Kind, tree.Find("")!.Mode)); // the root always exists
        Assert.Empty(tree.Children(""));
        Assert.Null(tree.Find("a"));
    }

    [Fact]
    public async Task The_root_is_that_of_the_uppermost_layer()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir low top; chmod 700 low; chmod 711 top");
        Assert.Equal(0x1C9, Trees.Merge(_temp, "top", "low").Find("")?.Mode);
    }

    private static string Read(MergedTree tree, string path)
    {
        using SafeFileHandle file = tree.Open(path);
        using StreamReader text = new(new FileStream(file, FileAccess.Read));
        return text.ReadToEnd();
    }
}
