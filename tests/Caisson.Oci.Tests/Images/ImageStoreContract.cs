using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Images;

/// <summary>What every place must do that images can be written to and taken from again.</summary>
public abstract class ImageStoreContract
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Whether a manifest comes back as it was, or only what it stands for.</summary>
    protected virtual bool KeepsManifest => true;

    [Fact]
    public async Task An_image_comes_back_as_it_was_written()
    {
        Image image = TestImages.Create("one", "two", "three");
        await CreateSink(Name("whole")).WriteAsync(image, Ct);
        IImageSource source = await OpenSourceAsync();
        Image found = await source.GetImageAsync(Name("whole"), Platform.LinuxAmd64, Ct);
        if (KeepsManifest)
            Assert.Equal(image.ManifestBytes, found.ManifestBytes);
        Assert.Equal(image.ConfigBytes, found.ConfigBytes);
        Assert.Equal(image.Layers.Select(static l => l.DiffId), found.Layers.Select(static l => l.DiffId));
        foreach (ImageLayer layer in found.Layers)
        {
            await using Stream stream = await layer.OpenAsync(Ct);
            Assert.Equal(layer.Blob.Size, stream.Length);
            await stream.CopyToAsync(Stream.Null, Ct); // fails unless the digest is right
        }
    }

    [Fact]
    public async Task An_image_without_layers_is_an_image()
    {
        await CreateSink(Name("empty")).WriteAsync(TestImages.Create(), Ct);
        Image found = await (await OpenSourceAsync()).GetImageAsync(Name("empty"), Platform.LinuxAmd64, Ct);
        Assert.Empty(found.Layers);
    }

    [Fact]
    public async Task A_layer_that_occurs_twice_comes_back_twice()
    {
        Image image = TestImages.Create("twin", "other", "twin");
        await CreateSink(Name("twins")).WriteAsync(image, Ct);
        Image found = await (await OpenSourceAsync()).GetImageAsync(Name("twins"), Platform.LinuxAmd64, Ct);
        Assert.Equal(image.Config.RootFs.DiffIds, found.Layers.Select(static l => l.DiffId));
        foreach (ImageLayer layer in found.Layers)
        {
            await using Stream stream = await layer.OpenAsync(Ct);
            await stream.CopyToAsync(Stream.Null, Ct);
        }
    }

    [Fact]
    public async Task Several_layers_can_be_open_at_once()
    {
        await CreateSink(Name("parallel")).WriteAsync(TestImages.Create("p1", "p2", "p3", "p4"), Ct);
        Image found = await (await OpenSourceAsync()).GetImageAsync(Name("parallel"), Platform.LinuxAmd64, Ct);
        Stream[] streams = await Task.WhenAll(found.Layers.Select(static l => l.OpenAsync(Ct)));
        await Task.WhenAll(streams.Select(static s => s.CopyToAsync(Stream.Null, Ct)));
        foreach (Stream stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_not_found()
    {
        await CreateSink(Name("there")).WriteAsync(TestImages.Create("there"), Ct);
        IImageSource source = await OpenSourceAsync();
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => source.GetImageAsync(Name("not-there"), Platform.LinuxAmd64, Ct));
        Assert.Contains("not-there", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_not_found()
    {
        await CreateSink(Name("blobs")).WriteAsync(TestImages.Create("blobs"), Ct);
        Image found = await (await OpenSourceAsync()).GetImageAsync(Name("blobs"), Platform.LinuxAmd64, Ct);
        await Assert.ThrowsAsync<BlobNotFoundException>(() => found.Layers[0].Source.OpenBlobAsync(Descriptor.Of("a", "nowhere"u8), Ct));
    }

    [Fact]
    public async Task A_blob_of_another_size_than_asked_for_is_refused()
    {
        await CreateSink(Name("sizes")).WriteAsync(TestImages.Create("sizes"), Ct);
        ImageLayer layer = (await (await OpenSourceAsync()).GetImageAsync(Name("sizes"), Platform.LinuxAmd64, Ct)).Layers[0];
        await Assert.ThrowsAsync<InvalidImageException>(async () =>
        {
            await using Stream stream = await layer.Source.OpenBlobAsync(layer.Blob with { Size = layer.Blob.Size + 1 }, Ct);
            await stream.CopyToAsync(Stream.Null, Ct);
        });
    }

    [Fact]
    public async Task A_write_that_fails_leaves_no_image()
    {
        Image good = TestImages.Create("failing");
        BytesSource lying = new();
        Descriptor blob = lying.Add(MediaTypes.OciLayerGzip, TestImages.Gzip(TestImages.Tar("a", "a")));
        ImageLayer broken = new(blob, Digest.OfBytes("something else"u8), new BrokenSource(blob));
        await Assert.ThrowsAnyAsync<Exception>(() => CreateSink(Name("broken")).WriteAsync(good.Append(broken, new HistoryEntry()), Ct));
        try
        {
            IImageSource source = await OpenSourceAsync();
            await Assert.ThrowsAsync<ImageNotFoundException>(() => source.GetImageAsync(Name("broken"), Platform.LinuxAmd64, Ct));
        }
        catch (FileNotFoundException)
        {
            // An archive that was never written cannot be opened.
        }
    }

    /// <summary>A name in this place.</summary>
    protected virtual Reference Name(string repository) => Reference.Parse($"registry.example/contract/{repository}:1.0");

    /// <summary>A sink that gives images this name.</summary>
    protected abstract IImageSink CreateSink(Reference name);

    /// <summary>Where what was written can be found.</summary>
    protected abstract Task<IImageSource> OpenSourceAsync();

    private sealed class BrokenSource(Descriptor expected) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) =>
            Task.FromResult<Stream>(new VerifyingStream(new MemoryStream(new byte[expected.Size]), expected));
    }
}
