using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>Images in which no time is later than that of the build, base images included.</summary>
public sealed class RewrittenTimesTests : IAsyncLifetime
{
    private const long Epoch = 1_500_000_000;
    private const string Dockerfile = "FROM base:1\nCOPY a /a\n";

    private Workshop _workshop = null!; // made before each test
    private Image _base = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
        Image made = Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(At("old", Epoch), At("older", 5)), await Bases.ArchiveAsync(At("old", Epoch - 1), At("new", Epoch + 1)));
        ImmutableArray<HistoryEntry> history = [new HistoryEntry { Created = Time(Epoch - 10), CreatedBy = "one" }, new HistoryEntry { Created = Time(Epoch + 10), CreatedBy = "two" }];
        _base = Image.Create(made.Config with { Created = Time(Epoch + 20), History = history }, made.Layers);
        await _workshop.AddImageAsync("base:1", _base);
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task Only_a_layer_with_a_later_file_is_written_anew()
    {
        Image image = await ImageAsync(new Export.Store([]) { RewritesTimestamps = true });
        Assert.Equal(_base.Layers[0].Blob.Digest, image.Layers[0].Blob.Digest);
        Assert.NotEqual(_base.Layers[1].DiffId, image.Layers[1].DiffId);
        Assert.Equal(MediaTypes.OciLayerGzip, image.Layers[1].Blob.MediaType);
        string[] lines = await Layers.OfAsync(image.Layers[1], withTimes: true);
        Assert.Equal([Epoch - 1, Epoch], lines.Select(static l => long.Parse(l.Split('@')[^1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task History_and_configuration_have_no_later_time()
    {
        Image image = await ImageAsync(new Export.Store([]) { RewritesTimestamps = true });
        Assert.Equal(Time(Epoch), image.Config.Created);
        Assert.Equal([Time(Epoch - 10), Time(Epoch), Time(Epoch)], image.Config.History!.Value.Select(static h => h.Created));
    }

    [Fact]
    public async Task Without_it_a_base_keeps_its_bytes_and_its_history()
    {
        Image image = await ImageAsync(new Export.Store([]));
        Assert.Equal(_base.Layers.Select(static l => l.Blob.Digest), image.Layers.Take(2).Select(static l => l.Blob.Digest));
        Assert.Equal(Time(Epoch + 10), image.Config.History!.Value[1].Created);
    }

    [Fact]
    public async Task An_eStargz_can_have_its_times_rewritten()
    {
        Image image = await ImageAsync(new Export.Store([]) { RewritesTimestamps = true, Compression = new LayerCompression(LayerCodec.Stargz) { IsForced = true } });
        foreach (ImageLayer layer in image.Layers)
            Assert.All(await Layers.OfAsync(layer, withTimes: true), static l => Assert.True(long.Parse(l.Split('@')[^1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) <= Epoch, l));
    }

    [Fact]
    public async Task The_same_image_comes_of_a_store_that_has_other_blobs_of_the_same_layers()
    {
        Export export = new Export.Store([]) { RewritesTimestamps = true };
        Image first = await ImageAsync(export);
        // The same archives, compressed: another image has the same diff IDs.
        Image other = await ImageAsync(new Export.Store([Reference.Parse("base:1")]) { Compression = LayerCompression.Default with { IsForced = true } }, "FROM base:1\n");
        Assert.Equal(_base.Layers.Select(static l => l.DiffId), other.Layers.Select(static l => l.DiffId));
        Image second = await ImageAsync(export);
        Assert.Equal(other.Layers[0].Blob.Digest, second.Layers[0].Blob.Digest);
        await _workshop.AddImageAsync("base:1", _base);
        Assert.Equal(first.Descriptor.Digest, (await ImageAsync(export)).Descriptor.Digest);
    }

    private async Task<Image> ImageAsync(Export export, string dockerfile = Dockerfile) => (await _workshop.BuildAsync(dockerfile, r => r with
    {
        Exports = [export],
        Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)),
    })).Image;

    private static (TarEntry, string) At(string path, long seconds) => (Bases.File(path, path).Entry with { ModifiedSeconds = seconds }, path);

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
