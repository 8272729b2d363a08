using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Imaging;

/// <summary>Layers of images as trees and directories.</summary>
public sealed class ImageLayerTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_directory_that_a_layer_only_passes_through_is_that_of_the_layers_below_in_each_image()
    {
        // The upper layer is one and the same; what "app" is, is said by the lower ones.
        byte[] upper = await Bases.ArchiveAsync(Bases.File("app/x", "X"));
        await _workshop.AddImageAsync("one:1", Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(Bases.Directory("app", mode: 0x1C0, uid: 1, gid: 1)), upper));
        await _workshop.AddImageAsync("two:1", Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(Bases.Directory("app", mode: 0x1F8, uid: 2, gid: 2)), upper));
        string[] files = await _workshop.FilesAsync("FROM one:1 AS one\nFROM two:1 AS two\nFROM scratch\nCOPY --from=one / /1/\nCOPY --from=two / /2/\n");
        Assert.Equal(
            ["d 0755 0:0 1", "d 0700 1:1 1/app", "f 0644 0:0 1/app/x \"X\"", "d 0755 0:0 2", "d 0770 2:2 2/app", "f 0644 0:0 2/app/x \"X\""],
            files);
    }

    [Fact]
    public async Task A_hard_link_into_a_lower_layer_is_a_file_of_both_names()
    {
        byte[] lower = await Bases.ArchiveAsync(Bases.File("a", "A"));
        byte[] upper = await Bases.ArchiveAsync(Bases.HardLink("b", "a"));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), lower, upper));
        Assert.Equal(["d 0755 0:0 x", "f 0644 0:0 x/a \"A\"", "h x/b => x/a"], await _workshop.FilesAsync("FROM base:1 AS base\nFROM scratch\nCOPY --from=base / /x/\n"));
    }

    [Fact]
    public async Task Removals_in_an_upper_layer_are_heeded()
    {
        byte[] lower = await Bases.ArchiveAsync(Bases.File("d/a", "A"), Bases.File("d/b", "B"), Bases.File("o/old", "O"));
        byte[] upper = await Bases.ArchiveAsync(Bases.File("d/.wh.a"), Bases.File("o/.wh..wh..opq"), Bases.File("o/new", "N"));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), lower, upper));
        Assert.Equal(
            ["d 0755 0:0 d", "f 0644 0:0 d/b \"B\"", "d 0755 0:0 o", "f 0644 0:0 o/new \"N\""],
            await _workshop.FilesAsync("FROM base:1\n"));
    }

    [Fact]
    public async Task A_layer_of_a_base_is_unpacked_once_for_all_who_ask()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.Directory("x"), Bases.File("x/a", "A"));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), archive));
        await _workshop.FilesAsync("FROM base:1 AS base\nFROM scratch AS one\nCOPY --from=base /x /1/\nFROM scratch AS two\nCOPY --from=base /x /2/\nFROM scratch\nCOPY --from=one / /\nCOPY --from=two / /\n");
        LayerId id = LayerId.OfImageLayer(Digest.OfBytes(archive));
        Assert.Equal(["fs"], Directory.GetFileSystemEntries(Path.Combine(_workshop.StatePath, "layers", id.Value)).Select(static p => Path.GetFileName(p)));
    }

    [Fact]
    public async Task A_layer_that_nobody_looks_into_is_not_unpacked()
    {
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(Bases.File("x/a", "A"))));
        _workshop.Context.File("b", "B");
        Built built = await _workshop.BuildAsync("FROM base:1\nCOPY b /x/b\n");
        Assert.Equal(2, built.Image.Layers.Length);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_workshop.StatePath, "layers"), "fs", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_base_whose_archive_is_not_what_its_diff_id_says_is_refused()
    {
        MemoryBlobs blobs = new();
        byte[] archive = await Bases.ArchiveAsync(Bases.File("a", "A"));
        ImageLayer layer = new(blobs.Add(MediaTypes.OciLayer, archive), Digest.OfBytes("another"u8), blobs);
        ImageConfig config = new() { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } };
        await _workshop.AddImageAsync("base:1", Image.Create(config, [layer]));
        var finding = await _workshop.FailAsync("FROM base:1 AS base\nFROM scratch\nCOPY --from=base /a /\n");
        Assert.Equal(EngineCodes.InvalidImage, finding.Code);
        Assert.Contains("diff ID", finding.Message, StringComparison.Ordinal);
    }

    // A blob that was arriving stands in the image store, not among what is being made.
    [Fact]
    public async Task What_a_killed_process_was_fetching_is_removed_by_the_next()
    {
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig()));
        string part = Path.Combine(_workshop.StatePath, "images", "blobs", "sha256", ".new-7");
        await File.WriteAllTextAsync(part, "a part", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_workshop.StatePath, "tmp", "7"));
        await _workshop.ReopenAsync();
        Assert.False(File.Exists(part));
    }
}
