using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Images;

/// <summary>What places must do besides that can hold images for several platforms under one name.</summary>
public abstract class MultiPlatformStoreContract : ImageStoreContract
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_platform_finds_its_image_under_the_one_name()
    {
        Image amd64 = TestImages.Create(Platform.LinuxAmd64, "shared", "amd64");
        Image arm64 = TestImages.Create(Platform.LinuxArm64, "shared", "arm64");
        IMultiPlatformImageSink sink = Assert.IsType<IMultiPlatformImageSink>(CreateSink(Name("multi")), exactMatch: false);
        await sink.WriteAsync(MultiPlatformImage.Create([amd64, arm64]), Ct);
        IImageSource source = await OpenSourceAsync();
        foreach (Image image in new[] { amd64, arm64 })
        {
            Image found = await source.GetImageAsync(Name("multi"), image.Config.Platform, Ct);
            Assert.Equal(image.ManifestBytes, found.ManifestBytes);
            await using Stream stream = await found.Layers[1].OpenAsync(Ct);
            await stream.CopyToAsync(Stream.Null, Ct);
        }
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => source.GetImageAsync(Name("multi"), Platform.Parse("linux/riscv64"), Ct));
        Assert.Contains("it has linux/amd64, linux/arm64", e.Message, StringComparison.Ordinal);
    }
}
