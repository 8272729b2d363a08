using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.History;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>How the layers of an image are compressed, and which of them.</summary>
public sealed class CompressionTests : IAsyncLifetime
{
    private const string Dockerfile = "FROM base:1\nCOPY a /a\n";
    private const string Landmark = "f 0444 0:0 .no.prefetch.landmark \"\u000f\"";

    private Workshop _workshop = null!; // made before each test

    public static TheoryData<LayerCodec, string> Codecs => new()
    {
        { LayerCodec.Uncompressed, MediaTypes.OciLayer },
        { LayerCodec.Gzip, MediaTypes.OciLayerGzip },
        { LayerCodec.Zstd, MediaTypes.OciLayerZstd },
        { LayerCodec.Stargz, MediaTypes.OciLayerGzip },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", new string('A', 50_000));
        await _workshop.AddImageAsync("base:1", Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(Bases.File("base", "B"))));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task A_layer_that_was_built_has_the_codec_and_that_of_a_base_keeps_its_bytes(LayerCodec codec, string mediaType)
    {
        Image image = await ImageAsync(new LayerCompression(codec));
        Assert.Equal([MediaTypes.OciLayer, mediaType], image.Layers.Select(static l => l.Blob.MediaType));
        Assert.Equal(image.Layers[0].DiffId, image.Layers[0].Blob.Digest);
        await CheckAsync(image, codec, firstBuilt: 1);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Layers_of_a_base_have_the_codec_too_when_it_is_forced(LayerCodec codec, string mediaType)
    {
        Image image = await ImageAsync(new LayerCompression(codec) { IsForced = true });
        Assert.Equal([mediaType, mediaType], image.Layers.Select(static l => l.Blob.MediaType));
        await CheckAsync(image, codec, firstBuilt: 0);
    }

    [Fact]
    public async Task A_base_that_has_the_codec_keeps_its_bytes_unless_a_level_is_asked_for()
    {
        await _workshop.BuildAsync(Dockerfile, static r => r with { Exports = [new Export.Store([Reference.Parse("base:2")])] });
        Image first = await _workshop.Engine.Images.GetAsync(Reference.Parse("base:2"), platform: null, Ct);
        LayerCompression forced = new(LayerCodec.Gzip) { IsForced = true };
        Image kept = await ImageAsync(forced, "FROM base:2\nCOPY a /b\n");
        Assert.Equal((first.Layers[1].Blob.Digest, true), (kept.Layers[1].Blob.Digest, kept.Layers[0].Blob.Digest != first.Layers[0].Blob.Digest));
        Image again = await ImageAsync(forced with { Level = 0 }, "FROM base:2\nCOPY a /b\n");
        Assert.True(again.Layers[1].Blob.Size > 50_000 && again.Layers[1].DiffId == kept.Layers[1].DiffId);
    }

    [Fact]
    public async Task Each_level_is_a_blob_of_its_own_and_the_ordinary_one_is_the_default()
    {
        Dictionary<int, Digest> blobs = [];
        foreach (int level in (int[])[0, 1, 6, 9])
            blobs[level] = (await ImageAsync(new LayerCompression(LayerCodec.Gzip) { Level = level })).Layers[1].Blob.Digest;
        Assert.Equal((await ImageAsync(LayerCompression.Default)).Layers[1].Blob.Digest, blobs[6]);
        Assert.NotEqual(blobs[0], blobs[1]);
        Assert.NotEqual(blobs[1], blobs[6]);
    }

    [Fact]
    public async Task The_store_notes_codec_version_and_level_with_each_blob()
    {
        await ImageAsync(new LayerCompression(LayerCodec.Zstd) { Level = 7 });
        await ImageAsync(new LayerCompression(LayerCodec.Stargz) { IsForced = true });
        string[] names = [.. Directory.GetFiles(Path.Combine(_workshop.StatePath, "layers"), "*blob-*", SearchOption.AllDirectories).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(3, names.Length);
        Assert.StartsWith("blob-estargz-1-caisson-deflate-2.6-clamp-", names[0], StringComparison.Ordinal);
        Assert.StartsWith($"blob-{ZstdEncoder.Codec}.7-clamp-", names[1], StringComparison.Ordinal);
        Assert.StartsWith("image-blob-estargz-1-caisson-deflate-2.6-forced-", names[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_says_which_codec_made_the_layers()
    {
        await ImageAsync(new LayerCompression(LayerCodec.Zstd) { IsForced = true });
        await ImageAsync(LayerCompression.Default);
        Assert.Equal([[], [$"compression={ZstdEncoder.Codec}.3,forced"]], BuildHistory.Open(_workshop.StatePath).List().Select(static b => b.Options));
    }

    [Fact]
    public async Task A_layer_whose_only_blob_is_an_eStargz_does_not_get_its_files()
    {
        await ImageAsync(new LayerCompression(LayerCodec.Stargz), "FROM scratch\nCOPY a /a\n");
        _workshop.Context.File("b", "B");
        Assert.Equal(["a", "b"], (await _workshop.FilesAsync("FROM scratch\nCOPY a /a\nCOPY b /b\n")).Select(static l => l.Split(' ')[3]));
    }

    [Fact]
    public async Task The_second_export_makes_no_blob_again()
    {
        foreach (LayerCodec codec in Enum.GetValues<LayerCodec>())
        {
            LayerCompression compression = new(codec) { IsForced = true };
            Image first = await ImageAsync(compression);
            string[] records = Directory.GetFiles(Path.Combine(_workshop.StatePath, "layers"), "*blob-*", SearchOption.AllDirectories);
            DateTime[] times = [.. records.Select(File.GetLastWriteTimeUtc)];
            await _workshop.ReopenAsync();
            Assert.Equal(first.Descriptor.Digest, (await ImageAsync(compression)).Descriptor.Digest);
            Assert.Equal(times, records.Select(File.GetLastWriteTimeUtc));
        }
    }

    [Fact]
    public async Task A_name_that_an_eStargz_cannot_hold_is_told()
    {
        _workshop.Context.File("stargz.index.json", "{}");
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY stargz.index.json /\n", static r => r with { Exports = [new Export.Store([]) { Compression = new LayerCompression(LayerCodec.Stargz) }] });
        Assert.Equal((EngineCodes.NoStargz, "a layer with a file \"stargz.index.json\" cannot become an eStargz, which has its own"), (finding.Code, finding.Message));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Skopeo_and_umoci_take_every_codec(LayerCodec codec, string mediaType)
    {
        Tool.Require("skopeo");
        LayerCompression compression = new(codec) { IsForced = true };
        await _workshop.BuildAsync(Dockerfile, r => r with { Exports = [new Export.OciDirectory(_workshop["oci"], [Reference.Parse("app:1")]) { Compression = compression }] });
        using JsonDocument inspected = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{_workshop["oci"]}:docker.io/library/app:1"));
        Assert.All(inspected.RootElement.GetProperty("layers").EnumerateArray(), layer => Assert.Equal(mediaType, layer.GetProperty("mediaType").GetString()));
        await Tool.RunAsync("skopeo", "copy", "--quiet", $"oci:{_workshop["oci"]}:docker.io/library/app:1", $"dir:{_workshop["dir"]}");
        if (codec == LayerCodec.Zstd)
            return; // umoci knows no zstd
        Tool.Require("umoci");
        await Tool.RunAsync("umoci", "tag", "--image", $"{_workshop["oci"]}:docker.io/library/app:1", "x");
        await Tool.RunAsync("umoci", "raw", "unpack", "--rootless", "--image", $"{_workshop["oci"]}:x", _workshop["rootfs"]);
        Assert.Equal(50_000, new FileInfo(Path.Combine(_workshop["rootfs"], "a")).Length);
    }

    private async Task<Image> ImageAsync(LayerCompression compression, string dockerfile = Dockerfile) =>
        (await _workshop.BuildAsync(dockerfile, r => r with { Exports = [new Export.Store([]) { Compression = compression }] })).Image;

    // What every layer of the codec has, from the first that was written with it.
    private static async Task CheckAsync(Image image, LayerCodec codec, int firstBuilt)
    {
        string[][] layers = await Layers.OfAsync(image);
        string[] files = ["f 0644 0:0 base \"B\"", $"f 0644 0:0 a \"{new string('A', 50_000)}\""];
        for (int i = 0; i < layers.Length; i++)
        {
            bool isStargz = codec == LayerCodec.Stargz && i >= firstBuilt;
            Assert.Equal(isStargz ? [Landmark, files[i]] : [files[i]], layers[i].Where(static l => !l.Contains("stargz.index.json", StringComparison.Ordinal)));
            Assert.Equal(isStargz, image.Layers[i].Blob.Annotations?.ContainsKey("containerd.io/snapshot/stargz/toc.digest") ?? false);
        }
    }
}
