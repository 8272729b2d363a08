using Caisson.Oci.Contents;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;
using static Caisson.Oci.Tests.Contents.TestLayers;

namespace Caisson.Oci.Tests.Contents;

public sealed class SpaceUseTests
{
    [Fact]
    public async Task What_is_hidden_later_is_waste_of_the_layer_that_wrote_it()
    {
        SpaceUse use = await MeasureAsync(await ImageAsync(
            [(Directory("d"), ""), (File("d/replaced"), "1234"), (File("d/deleted"), "12345678"), (File("d/touched"), "123"), (File("kept"), "1")],
            [(File("d/replaced"), "12"), (File("d/.wh.deleted"), ""), (File("d/touched", 0b111_101_101), "123")]));
        Assert.Equal(
            ["d/deleted 8 1 Deleted by 2", "d/replaced 4 1 Replaced by 2", "d/touched 3 1 WrittenAgain by 2"],
            use.Wasted.Select(static w => $"{w.Path} {w.SizeBytes} {w.WrittenBy} {w.How} by {w.HiddenBy}"));
        Assert.Equal((15L, 6L), (use.WastedBytes, use.VisibleBytes));
        Assert.Equal([(16L, 15L, 0L), (5L, 0L, 15L)], use.Layers.Select(static l => (l.FileBytes, l.HiddenLaterBytes, l.HidesBytes)));
        Assert.Equal([5, 2], use.Layers.Select(static l => l.Entries));
        Assert.All(use.Layers, static l => Assert.Equal(0, l.UncompressedBytes % 512));
    }

    [Fact]
    public async Task A_file_with_another_name_left_is_not_wasted_until_that_goes_too()
    {
        (TarEntry, string)[] first = [(File("a"), "123"), (Link("b", "a"), "")];
        (TarEntry, string)[] second = [(File(".wh.a"), "")];
        SpaceUse use = await MeasureAsync(await ImageAsync(first, second));
        Assert.Empty(use.Wasted);
        Assert.Equal(3, use.VisibleBytes);
        use = await MeasureAsync(await ImageAsync(first, second, [(File(".wh.b"), "")]));
        Assert.Equal(["b by 3"], use.Wasted.Select(static w => $"{w.Path} by {w.HiddenBy}"));
        Assert.Equal(0, use.VisibleBytes);
    }

    [Fact]
    public async Task Directories_hold_all_that_is_below_and_a_file_counts_once()
    {
        SpaceUse use = await MeasureAsync(await ImageAsync(
            [(File("usr/lib/a"), "12345"), (File("usr/bin/b"), "12"), (Link("usr/bin/c", "usr/bin/b"), ""), (File("etc/d"), "1"), (File("top"), "123")]));
        Assert.Equal(["usr 7 2", "etc 1 1"], use.Directories(1).Select(static d => $"{d.Path} {d.SizeBytes} {d.Files}"));
        Assert.Equal(["usr 7 2", "usr/lib 5 1", "usr/bin 2 1", "etc 1 1"], use.Directories(2).Select(static d => $"{d.Path} {d.SizeBytes} {d.Files}"));
        Assert.Equal(["usr/lib/a", "top"], use.Largest(2).Select(static f => f.Path));
    }

    [Fact]
    public async Task A_directory_that_goes_wastes_all_that_was_in_it()
    {
        SpaceUse use = await MeasureAsync(await ImageAsync([(Directory("d"), ""), (File("d/a"), "12"), (File("d/s/b"), "123")], [(File(".wh.d"), "")]));
        Assert.Equal(["d/s/b 3", "d/a 2"], use.Wasted.Select(static w => $"{w.Path} {w.SizeBytes}"));
        use = await MeasureAsync(await ImageAsync([(Directory("d"), ""), (File("d/a"), "12")], [(File("d"), "1")]));
        Assert.Equal(["d/a 2"], use.Wasted.Select(static w => $"{w.Path} {w.SizeBytes}"));
    }

    private static Task<SpaceUse> MeasureAsync(Image image) => SpaceUse.MeasureAsync(image, new DecompressionOptions(), TestContext.Current.CancellationToken);
}
