using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tests.Images;

public sealed class DocumentTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[null]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":null,"digest":"sha256:HEX","size":1}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":null,"size":1}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"sha256:HEX","size":1,"platform":{"os":null,"architecture":"arm"}}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"sha256:../../etc","size":1}]}""")]
    [InlineData("[]")]
    public void An_index_with_holes_is_refused_as_invalid(string json) =>
        Assert.Throws<InvalidImageException>(() => OciJson.ReadIndex(Encoding.UTF8.GetBytes(json.Replace("HEX", Hex, StringComparison.Ordinal))));

    [Theory]
    [InlineData("""{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:HEX","size":1},"layers":[null]}""")]
    public void A_manifest_with_holes_is_refused_as_invalid(string json) =>
        Assert.Throws<InvalidImageException>(() => OciJson.ReadManifest(Encoding.UTF8.GetBytes(json.Replace("HEX", Hex, StringComparison.Ordinal))));

    [Theory]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":null}""")]
    [InlineData("""{"architecture":null,"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[null]}}""")]
    public void A_configuration_with_holes_is_refused_as_invalid(string json) =>
        Assert.Throws<InvalidImageException>(() => OciJson.ReadConfig(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void An_image_without_layers_may_say_null_for_them()
    {
        Assert.Empty(OciJson.ReadManifest(Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:{{{Hex}}}","size":1},"layers":null}""")).Layers);
        Assert.Empty(OciJson.ReadConfig("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":null}}"""u8).RootFs.DiffIds);
    }

    [Theory]
    [InlineData(MediaTypes.OciManifest, """{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}""")]
    [InlineData(MediaTypes.OciIndex, """{"schemaVersion":2,"manifests":[],"layers":[]}""")]
    [InlineData(MediaTypes.OciIndex, """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}""")]
    [InlineData(MediaTypes.DockerManifest, """{"schemaVersion":1,"fsLayers":[]}""")]
    [InlineData(MediaTypes.OciManifest, "{\"\\uD800\":1}")]
    [InlineData(MediaTypes.OciManifest, "{\"a\":")]
    [InlineData(MediaTypes.OciManifest, "null")]
    public void A_document_that_could_be_read_as_another_kind_is_refused(string mediaType, string json) =>
        Assert.Throws<InvalidImageException>(() => DocumentKind.Check(mediaType, Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_document_names_its_own_kind_by_its_fields()
    {
        Assert.Equal(MediaTypes.OciIndex, DocumentKind.Of("""{"manifests":[]}"""u8));
        Assert.Equal(MediaTypes.OciManifest, DocumentKind.Of("""{"config":{},"layers":[]}"""u8));
        Assert.Equal(MediaTypes.DockerManifest, DocumentKind.Of("""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}"""u8));
        Assert.Null(DocumentKind.Of("{}"u8));
    }

    [Fact]
    public void What_a_configuration_leaves_out_has_its_default()
    {
        ImageConfig config = OciJson.ReadConfig("""{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":[]},"x.vendor":{"a":[1,null]}}"""u8);
        Assert.NotNull(config.Config);
        Assert.Equal("layers", config.RootFs.Type);
        Assert.Equal("""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"x.vendor":{"a":[1,null]}}""",
            Encoding.UTF8.GetString(OciJson.Write(config)));
    }
}
