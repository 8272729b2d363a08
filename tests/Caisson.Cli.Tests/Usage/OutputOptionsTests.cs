using System.Collections.Immutable;
using Caisson.Cli.Commands;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Cli.Tests.Usage;

public sealed class OutputOptionsTests
{
    private static readonly ImmutableArray<Reference> Names = [Reference.Parse("registry.example/team/app:1.0")];

    private const string StatePath = "/nowhere/caisson";

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
    [InlineData("type=docker", "DockerEngine / registry.example/team/app:1.0")]
    [InlineData("type=docker,context=colima,name=a:1", "DockerEngine /colima a:1")]
    [InlineData("type=containers-storage", "Storage [@+] registry.example/team/app:1.0")]
    [InlineData("type=containers-storage,name=a:1,root=/s,runroot=/r,driver=vfs", "Storage [vfs@/s+/r] a:1")]
    [InlineData("type=local,dest=/out", "LocalDirectory /out")]
    [InlineData("/out", "LocalDirectory /out")]
    [InlineData("type=tar,dest=/out/files.tar", "Tar /out/files.tar")]
    [InlineData("TYPE=tar,dest=/out/files.tar", "Tar /out/files.tar")]
    [InlineData("type=tar,\"dest=/out/a,b.tar\"", "Tar /out/a,b.tar")]
    [InlineData("type=cacheonly", "")]
    [InlineData("type=image,push-by-digest=true", "Store |Registry registry.example/team/app:1.0 by digest")]
    [InlineData("type=registry,push-by-digest=true", "Registry registry.example/team/app:1.0 by digest")]
    [InlineData("type=registry,registry.insecure=true", "Registry registry.example/team/app:1.0 insecure")]
    [InlineData("type=image,push=true,registry.insecure=true,push-by-digest=false", "Store registry.example/team/app:1.0|Registry registry.example/team/app:1.0 insecure")]
    [InlineData("type=image,store=false,push=true", "Registry registry.example/team/app:1.0")]
    [InlineData("type=image,name-canonical=true", "Store registry.example/team/app:1.0 canonical registry.example/team/app:1.0")]
    [InlineData("type=image,dangling-name-prefix=prefix", "Store registry.example/team/app:1.0 canonical prefix")]
    [InlineData("type=image,dangling-name-prefix=prefix,danging-name-empty-only=true", "Store registry.example/team/app:1.0")]
    [InlineData("type=image,unpack=true,oci-mediatypes=false", "Store registry.example/team/app:1.0 docker")]
    [InlineData("type=image,prefer-nondist-layers=true", "Store registry.example/team/app:1.0 nondistributable")]
    [InlineData("type=local,dest=/out,mode=delete", "LocalDirectory /out others removed")]
    [InlineData("type=local,dest=/out,mode=copy", "LocalDirectory /out")]
    [InlineData("type=local,dest=/out,platform-split=false", "LocalDirectory /out together")]
    [InlineData("type=tar,dest=/out.tar,platform-split=true", "Tar /out.tar split")]
    public void A_value_of_output_becomes_exports(string value, string expected) =>
        Assert.Equal(expected, string.Join('|', Read([value], push: false)));

    [Fact]
    public void Push_adds_the_store_and_the_registry() =>
        Assert.Equal(["Store registry.example/team/app:1.0", "Registry registry.example/team/app:1.0"], Read([], push: true));

    [Theory]
    [InlineData("type=image,name=other:2", "Store other:2|Registry other:2")]
    [InlineData("type=image,push=true", "Store registry.example/team/app:1.0|Registry registry.example/team/app:1.0")]
    [InlineData("type=registry", "Registry registry.example/team/app:1.0")]
    [InlineData("type=oci,dest=/out/image.tar", "Store registry.example/team/app:1.0|OciArchive /out/image.tar|Registry registry.example/team/app:1.0")]
    public void Push_pushes_the_image_of_an_output_once(string value, string expected) => Assert.Equal(expected, string.Join('|', Read([value], push: true)));

    [Fact]
    public void What_is_pushed_has_the_form_that_is_stored() => Assert.All(
        OutputOptions.Read(["type=image,compression=zstd,rewrite-timestamp=true"], Names, push: true),
        static e => Assert.True(e is { RewritesTimestamps: true, Compression.Codec: LayerCodec.Zstd }));

    [Fact]
    public void Load_adds_the_store_and_the_engine() =>
        Assert.Equal(
            ["Store registry.example/team/app:1.0", "DockerEngine / registry.example/team/app:1.0"], OutputOptions.Read([], Names, push: false, load: true, static c => "/" + c).Select(Text));

    [Fact]
    public void Layers_are_compressed_with_gzip_unless_told_otherwise()
    {
        Export export = Assert.Single(OutputOptions.Read(["type=oci,dest=/a"], Names, push: false));
        Assert.Equal((LayerCompression.Default, false), (export.Compression, export.RewritesTimestamps));
    }

    [Theory]
    [InlineData("compression=uncompressed", LayerCodec.Uncompressed, null, false)]
    [InlineData("compression=gzip,compression-level=0", LayerCodec.Gzip, 0, false)]
    [InlineData("compression-level=9", LayerCodec.Gzip, 9, false)]
    [InlineData("compression=zstd,compression-level=22,force-compression=true", LayerCodec.Zstd, 22, true)]
    [InlineData("compression=estargz,force-compression=", LayerCodec.Stargz, null, true)]
    [InlineData("compression=zstd,force-compression=false", LayerCodec.Zstd, null, false)]
    public void Compression_level_and_force_are_read(string options, LayerCodec codec, int? level, bool isForced) =>
        Assert.Equal(new LayerCompression(codec) { Level = level, IsForced = isForced }, Assert.Single(OutputOptions.Read([$"type=oci,dest=/a,{options}"], Names, push: false)).Compression);

    [Fact]
    public void Times_of_base_images_are_rewritten_when_that_is_asked_for() =>
        Assert.True(Assert.Single(OutputOptions.Read(["type=image,rewrite-timestamp=true"], Names, push: false)).RewritesTimestamps);

    [Theory]
    [InlineData("dest=/out", "--output dest=/out: type= is missing; it is one of image, registry, oci, docker, containers-storage, local, tar, cacheonly")]
    [InlineData("type=oic,dest=/out", "--output type=oic,dest=/out: \"oic\" is no type of output; they are image, registry, oci, docker, containers-storage, local, tar, cacheonly")]
    [InlineData("type=local", "--output type=local: dest= is missing")]
    [InlineData("type=oci,tar=false", "--output type=oci,tar=false: dest= is missing")]
    [InlineData("type=oci,tar=no,dest=/a", "--output type=oci,tar=no,dest=/a: tar=no is neither true nor false")]
    [InlineData("type=oci,dset=/out,dest=/a", "--output type=oci,dset=/out,dest=/a: \"dset\" is not known here")]
    [InlineData("type=oci,dest=/a,dest=/b", "--output type=oci,dest=/a,dest=/b: dest= stands twice")]
    [InlineData("type=local,dest=/out,mode=move", "--output type=local,dest=/out,mode=move: mode=move is neither copy nor delete")]
    [InlineData("type=tar,dest=/out,mode=delete", "--output type=tar,dest=/out,mode=delete: \"mode\" is not known here")]
    [InlineData("type=oci,/a", "--output type=oci,/a: \"/a\" is no key=value")]
    [InlineData("type=image,compression-level=10", "--output type=image,compression-level=10: \"10\" is no level of gzip; they are 0 to 9")]
    [InlineData("type=image,compression-level=-1", "--output type=image,compression-level=-1: \"-1\" is no level of gzip; they are 0 to 9")]
    [InlineData("type=image,compression=zstd,compression-level=23", "--output type=image,compression=zstd,compression-level=23: \"23\" is no level of zstd; they are 0 to 22")]
    [InlineData("type=image,compression=estargz,compression-level=best", "--output type=image,compression=estargz,compression-level=best: \"best\" is no level of estargz; they are 0 to 9")]
    [InlineData("type=image,compression=uncompressed,compression-level=1", "--output type=image,compression=uncompressed,compression-level=1: compression=uncompressed has no levels")]
    [InlineData("type=image,force-compression=yes", "--output type=image,force-compression=yes: force-compression=yes is neither true nor false")]
    [InlineData("type=local,dest=/out,compression=zstd", "--output type=local,dest=/out,compression=zstd: \"compression\" is not known here")]
    [InlineData("type=tar,dest=/out,compression-level=9", "--output type=tar,dest=/out,compression-level=9: \"compression-level\" is not known here")]
    [InlineData("type=cacheonly,force-compression=true", "--output type=cacheonly,force-compression=true: \"force-compression\" is not known here")]
    [InlineData("type=containers-storage,runroot=/r", "--output type=containers-storage,runroot=/r: runroot= goes with root=")]
    [InlineData("type=containers-storage,root=/a+b", "--output type=containers-storage,root=/a+b: root= cannot be empty or have one of []@+:=, in it")]
    [InlineData("type=image,compression=brotli", "--output type=image,compression=brotli: \"brotli\" is no compression; they are gzip, zstd, estargz, uncompressed")]
    public void A_wrong_value_is_refused_with_what_is_allowed(string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => OutputOptions.Read([value], Names, push: false)).Message);

    [Fact]
    public void Pushing_needs_a_name() =>
        Assert.Equal("to push an image it needs a name: -t REGISTRY/NAME:TAG", Assert.Throws<UsageException>(() => OutputOptions.Read([], [], push: true)).Message);

    private static string[] Read(string[] values, bool push) => [.. OutputOptions.Read(values, Names, push, load: false, static c => "/" + c).Select(Text)];

    [Fact]
    public void What_the_user_works_with_is_not_removed()
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath("."))!;
        using TempDirectory context = new();
        string inner = Directory.CreateDirectory(context["inner"]).FullName;
        AssertRefused("would remove the directory that caisson is started in", Deleting(parent));
        AssertRefused("would remove the build context", Deleting(context.Path) with { Context = BuildContext.FromLocation(inner) });
        OutputOptions.RefuseToRemove(Deleting(inner) with { Context = BuildContext.FromLocation(context.Path) }, StatePath);
        OutputOptions.RefuseToRemove(Request($"type=local,dest={context.Path}") with { Context = BuildContext.FromLocation(inner) }, StatePath);
    }

    [Fact]
    public async Task Nothing_that_the_build_works_with_is_removed()
    {
        using TempDirectory outer = new();
        string inner = Directory.CreateDirectory(outer["inner"]).FullName;
        string dockerfile = Path.Combine(inner, "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\n", TestContext.Current.CancellationToken);
        foreach (string destination in (string[])[outer.Path, inner])
        {
            BuildRequest request = Deleting(destination);
            AssertRefused("would remove the image store", request, statePath: inner);
            AssertRefused("would remove the Dockerfile", request with { DockerfilePath = dockerfile });
            AssertRefused("would remove the build context lib", request with { NamedContexts = request.NamedContexts.Add("lib", inner) });
            AssertRefused("would remove the build context base", request with { NamedContexts = request.NamedContexts.Add("base", $"oci-layout://{inner}:1.0") });
            AssertRefused("would remove the shared cache", request with { CacheExports = [new CacheExport(new CacheLocation.Directory(inner))] });
            AssertRefused("would remove the shared cache", request with { CacheImports = [new CacheImport(new CacheLocation.Directory(inner))] });
            OutputOptions.RefuseToRemove(request with { NamedContexts = request.NamedContexts.Add("web", "https://example.org/x.git"), DockerfilePath = "-" }, StatePath);
        }
    }

    private static BuildRequest Deleting(string path) => Request($"type=local,dest={path},mode=delete");

    private static BuildRequest Request(string output) => new() { Context = BuildContext.FromLocation("-"), Exports = OutputOptions.Read([output], [], push: false) };

    private static void AssertRefused(string expected, BuildRequest request, string statePath = StatePath) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => OutputOptions.RefuseToRemove(request, statePath)).Message, StringComparison.Ordinal);

    private static string Text(Export export) => string.Join(' ', ((string?[])
    [
        PlaceOf(export),
        export is Export.Registry { ByDigest: true } ? "by digest" : null,
        export is Export.Registry { IsInsecure: true } ? "insecure" : null,
        export is Export.Store { CanonicalNames: [_, ..] canonical } ? "canonical " + string.Join(',', canonical.Select(static n => n.Familiar)) : null,
        export.UsesDockerTypes ? "docker" : null,
        export.KeepsNondistributable ? "nondistributable" : null,
        export is Export.LocalDirectory { RemovesOthers: true } ? "others removed" : null,
        ((export as Export.LocalDirectory)?.SplitsPlatforms ?? (export as Export.Tar)?.SplitsPlatforms) switch { true => "split", false => "together", null => null },
    ]).Where(static part => part is not null));

    private static string PlaceOf(Export export) => export switch
    {
        Export.Store store => $"Store {string.Join(',', store.Names.Select(static n => n.Familiar))}",
        Export.Registry registry => $"Registry {registry.Name.Familiar}",
        Export.OciArchive oci => $"OciArchive {oci.File}",
        Export.OciDirectory oci => $"OciDirectory {oci.Path}",
        Export.DockerArchive docker => $"DockerArchive {docker.File}",
        Export.DockerEngine docker => $"DockerEngine {docker.SocketPath} {string.Join(',', docker.Names.Select(static n => n.Familiar))}",
        Export.ContainersStorage storage => $"Storage [{storage.Driver}@{storage.Root}+{storage.RunRoot}] {string.Join(',', storage.Names.Select(static n => n.Familiar))}",
        Export.LocalDirectory local => $"LocalDirectory {local.Path}",
        Export.Tar tar => $"Tar {tar.File}",
        _ => export.ToString(),
    };
}
