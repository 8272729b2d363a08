using System.Collections.Immutable;
using Caisson.Cli.Commands;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Cli.Tests.Usage;

public sealed class OutputOptionsTests
{
    private static readonly ImmutableArray<Reference> Names = [Reference.Parse("registry.example/team/app:1.0")];

    [Fact]
    public void Without_an_output_the_image_goes_to_the_store() =>
        Assert.Equal(["Store registry.example/team/app:1.0"], Read([], push: false));

    [Theory]
    [InlineData("type=image", "Store registry.example/team/app:1.0")]
    [InlineData("type=image,name=other:2", "Store other:2")]
    [InlineData("type=image,push=true", "Store registry.example/team/app:1.0|Registry registry.example/team/app:1.0")]
    [InlineData("type=registry", "Registry registry.example/team/app:1.0")]
    [InlineData("type=oci,dest=/out/image.tar", "OciArchive /out/image.tar")]
    [InlineData("type=oci,tar=false,dest=/out/layout", "OciDirectory /out/layout")]
    [InlineData("type=docker,dest=/out/image.tar", "DockerArchive /out/image.tar")]
    [InlineData("type=local,dest=/out", "LocalDirectory /out")]
    [InlineData("/out", "LocalDirectory /out")]
    [InlineData("type=tar,dest=/out/files.tar", "Tar /out/files.tar")]
    [InlineData("TYPE=tar,dest=/out/files.tar", "Tar /out/files.tar")]
    [InlineData("type=tar,\"dest=/out/a,b.tar\"", "Tar /out/a,b.tar")]
    [InlineData("type=cacheonly", "")]
    public void A_value_of_output_becomes_exports(string value, string expected) =>
        Assert.Equal(expected, string.Join('|', Read([value], push: false)));

    [Fact]
    public void Push_adds_the_store_and_the_registry() =>
        Assert.Equal(["Store registry.example/team/app:1.0", "Registry registry.example/team/app:1.0"], Read([], push: true));

    [Fact]
    public void Layers_are_compressed_with_gzip_unless_told_otherwise()
    {
        Assert.Equal(Compression.Gzip, Assert.Single(OutputOptions.Read(["type=oci,dest=/a"], Names, push: false)).Compression);
        Assert.Equal(Compression.None, Assert.Single(OutputOptions.Read(["type=oci,dest=/a,compression=uncompressed"], Names, push: false)).Compression);
    }

    [Theory]
    [InlineData("dest=/out", "--output dest=/out: type= is missing; it is one of image, registry, oci, docker, local, tar, cacheonly")]
    [InlineData("type=oic,dest=/out", "--output type=oic,dest=/out: \"oic\" is no type of output; they are image, registry, oci, docker, local, tar, cacheonly")]
    [InlineData("type=local", "--output type=local: dest= is missing")]
    [InlineData("type=oci,tar=false", "--output type=oci,tar=false: dest= is missing")]
    [InlineData("type=oci,tar=no,dest=/a", "--output type=oci,tar=no,dest=/a: tar=no is neither true nor false")]
    [InlineData("type=oci,dset=/out,dest=/a", "--output type=oci,dset=/out,dest=/a: \"dset\" is not known here")]
    [InlineData("type=oci,dest=/a,dest=/b", "--output type=oci,dest=/a,dest=/b: dest= stands twice")]
    [InlineData("type=oci,/a", "--output type=oci,/a: \"/a\" is no key=value")]
    [InlineData("type=image,compression=zstd", "--output type=image,compression=zstd: compression=zstd is not supported yet")]
    [InlineData("type=image,compression=brotli", "--output type=image,compression=brotli: \"brotli\" is no compression; they are gzip and uncompressed")]
    public void A_wrong_value_is_refused_with_what_is_allowed(string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => OutputOptions.Read([value], Names, push: false)).Message);

    [Fact]
    public void Pushing_needs_a_name() =>
        Assert.Equal("to push an image it needs a name: -t REGISTRY/NAME:TAG", Assert.Throws<UsageException>(() => OutputOptions.Read([], [], push: true)).Message);

    private static string[] Read(string[] values, bool push) => [.. OutputOptions.Read(values, Names, push).Select(Text)];

    private static string Text(Export export) => export switch
    {
        Export.Store store => $"Store {string.Join(',', store.Names.Select(static n => n.Familiar))}",
        Export.Registry registry => $"Registry {registry.Name.Familiar}",
        Export.OciArchive oci => $"OciArchive {oci.File}",
        Export.OciDirectory oci => $"OciDirectory {oci.Path}",
        Export.DockerArchive docker => $"DockerArchive {docker.File}",
        Export.LocalDirectory local => $"LocalDirectory {local.Path}",
        Export.Tar tar => $"Tar {tar.File}",
        _ => export.ToString(),
    };
}
