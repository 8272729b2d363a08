using Caisson.Cli.Commands;
using Caisson.Engine.Exporting;

namespace Caisson.Cli.Tests.Usage;

public sealed class OutputAnnotationsTests
{
    [Theory]
    [InlineData("k=v", "Manifest  k v")]
    [InlineData("org.opencontainers.image.title=A title, with a comma=x", "Manifest  org.opencontainers.image.title A title, with a comma=x")]
    [InlineData("manifest:K=v", "Manifest  K v")]
    [InlineData("index,manifest:k=v", "Index  k v|Manifest  k v")]
    [InlineData("manifest[linux/arm64]:k=v:w", "Manifest linux/arm64 k v:w")]
    [InlineData("manifest-descriptor[linux/arm/v7]:k=", "ManifestDescriptor linux/arm/v7 k ")]
    [InlineData("index-descriptor:k:l=v", "IndexDescriptor  k:l v")]
    public void An_annotation_of_its_own_option_says_where_it_stands(string value, string expected) =>
        Assert.Equal(expected, Text(OutputAnnotations.Read([value])));

    [Theory]
    [InlineData("type=oci,dest=/a,annotation.k=v", "Manifest  k v")]
    [InlineData("type=oci,dest=/a,annotation.org.X=v", "Manifest  org.X v")]
    [InlineData("type=oci,dest=/a,annotation-index.k=v", "Index  k v")]
    [InlineData("type=oci,dest=/a,annotation-manifest[linux/amd64].a.b=v", "Manifest linux/amd64 a.b v")]
    [InlineData("type=oci,dest=/a,annotation[linux/amd64].k=v", "Manifest linux/amd64 k v")]
    [InlineData("type=oci,dest=/a,\"annotation-manifest-descriptor.k=v,w\"", "ManifestDescriptor  k v,w")]
    public void An_annotation_of_an_output_says_where_it_stands(string value, string expected) =>
        Assert.Equal(expected, Text(Assert.Single(OutputOptions.Read([value], [], push: false)).Annotations));

    [Theory]
    [InlineData("k", "--annotation k: write KEY=VALUE, or LEVEL:KEY=VALUE")]
    [InlineData("manifest:=v", "--annotation manifest:=v: the annotation has no name")]
    [InlineData("layer:k=v", "--annotation layer:k=v: \"layer\" is no place for an annotation; they are manifest, index, manifest-descriptor and index-descriptor")]
    [InlineData("manifest[windows/]:k=v", "--annotation manifest[windows/]:k=v: \"windows/\" is no platform such as linux/arm64")]
    [InlineData("index[linux/amd64]:k=v", "--annotation index[linux/amd64]:k=v: an index is for all platforms, and its annotations name none")]
    public void A_wrong_one_is_refused(string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => OutputAnnotations.Read([value])).Message);

    [Theory]
    [InlineData("type=oci,dest=/a,annotation=v", "\"annotation\" names no annotation: write annotation.KEY=VALUE")]
    [InlineData("type=oci,dest=/a,annotation-layer.k=v", "\"layer\" is no place for an annotation; they are manifest, index, manifest-descriptor and index-descriptor")]
    [InlineData("type=local,dest=/a,annotation.k=v", "\"annotation.k\" is not known here")]
    [InlineData("type=oci,dest=/a,oci-mediatypes=false,annotation.k=v", "images in Docker's media types have no annotations: leave oci-mediatypes=false away")]
    public void A_wrong_one_of_an_output_is_refused(string value, string expected) =>
        Assert.Equal($"--output {value}: {expected}", Assert.Throws<UsageException>(() => OutputOptions.Read([value], [], push: false)).Message);

    [Fact]
    public void Those_of_the_option_go_to_every_image_and_give_way_to_those_of_the_output()
    {
        Export export = Assert.Single(OutputAnnotations.AddTo(OutputOptions.Read(["type=oci,dest=/a,annotation.k=own"], [], push: false), ["k=all"]));
        Assert.Equal("Manifest  k all|Manifest  k own", Text(export.Annotations));
    }

    [Fact]
    public void They_need_an_image() =>
        Assert.Equal("--annotation: no output is an image", Assert.Throws<UsageException>(() => OutputAnnotations.AddTo(OutputOptions.Read(["/out"], [], push: false), ["k=v"])).Message);

    private static string Text(IEnumerable<Annotation> annotations) =>
        string.Join('|', annotations.Select(static a => $"{a.Level} {a.Platform} {a.Key} {a.Value}"));
}
