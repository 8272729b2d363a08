using System.Text;
using System.Text.Json;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.DockerArchive;

public sealed class DockerArchiveTests : IDisposable
{
    private static readonly Reference Name = Reference.Parse("registry.example/team/app:1.0");

    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_archive_is_one_for_docker_load_and_a_layout_at_once()
    {
        Image image = TestImages.Create("a", "b");
        await WriteAsync(image, new DockerArchiveOptions { Names = [Name, Reference.Parse("alpine:3.22"), Reference.Parse("app"), Name.WithDigest(image.Descriptor.Digest)], SpoolPath = _directory["spool"] });
        string manifest = await Tool.RunAsync("tar", "-xOf", _directory["image.tar"], "manifest.json");
        string layers = string.Join(',', image.Layers.Select(static l => $"\"blobs/sha256/{l.DiffId.Hex}\""));
        Assert.Equal($$"""[{"Config":"blobs/sha256/{{image.Manifest.Config.Digest.Hex}}","RepoTags":["registry.example/team/app:1.0","alpine:3.22","app:latest"],"Layers":[{{layers}}]}]""", manifest);
        using OciArchive layout = await OciArchive.OpenAsync(_directory["image.tar"], ct: Ct);
        Image inLayout = await layout.GetImageAsync(Reference.Parse("alpine:3.22"), Platform.LinuxAmd64, Ct);
        Assert.Equal(image.ConfigBytes, inLayout.ConfigBytes);
        Assert.All(inLayout.Layers, static l => Assert.Equal(l.DiffId, l.Blob.Digest));
        Assert.False(File.Exists(_directory["spool"]));
    }

    [Fact]
    public async Task Stored_layers_keep_the_images_manifest_and_need_no_spool_file()
    {
        Image image = TestImages.Create("a", "b");
        await WriteAsync(image, new DockerArchiveOptions { Names = [Name], Layers = DockerArchiveLayers.AsStored });
        using OciArchive layout = await OciArchive.OpenAsync(_directory["image.tar"], ct: Ct);
        Assert.Equal(image.ManifestBytes, (await layout.GetImageAsync(Name, Platform.LinuxAmd64, Ct)).ManifestBytes);
    }

    [Fact]
    public async Task The_same_image_gives_the_same_bytes_whether_sizes_are_known_or_not()
    {
        Image image = TestImages.Create("a", "b");
        await WriteAsync(image, new DockerArchiveOptions { Names = [Name], SpoolPath = _directory["spool"] });
        byte[] spooled = await File.ReadAllBytesAsync(_directory["image.tar"], Ct);
        await WriteAsync(image, new DockerArchiveOptions { Names = [Name], UncompressedSize = static l => l.DiffId.Value.Length > 0 ? TestImages.Tar("a", "content of a\n").Length : null });
        Assert.Equal(spooled, await File.ReadAllBytesAsync(_directory["image.tar"], Ct));
    }

    [Fact]
    public async Task A_layer_of_unknown_size_without_a_spool_file_is_an_error_that_says_so()
    {
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => WriteAsync(TestImages.Create("a"), new DockerArchiveOptions()));
        Assert.Contains("uncompressed size", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_size_that_is_wrong_is_caught()
    {
        await Assert.ThrowsAsync<InvalidImageException>(() => WriteAsync(TestImages.Create("a"), new DockerArchiveOptions { UncompressedSize = static _ => 512 }));
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_layer_that_unpacks_to_something_else_than_its_diff_id_or_to_too_much_is_refused()
    {
        BytesSource source = new();
        ImageLayer lying = TestImages.Layer(source, "a", MediaTypes.OciLayerGzip) with { DiffId = Digest.OfBytes("else"u8) };
        Image image = Image.Create(TestImages.Create().Config, [lying]);
        await Assert.ThrowsAsync<InvalidImageException>(() => WriteAsync(image, new DockerArchiveOptions { SpoolPath = _directory["spool"] }));
        await Assert.ThrowsAsync<InvalidImageException>(() => WriteAsync(TestImages.Create("a"), new DockerArchiveOptions { SpoolPath = _directory["spool"], Decompression = new DecompressionOptions { MaxBytes = 100 } }));
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_classic_archive_with_linked_layers_is_read()
    {
        byte[] one = TestImages.Tar("one", "1");
        byte[] two = TestImages.Tar("two", "2");
        string config = Config(one, two, one);
        byte[] tar = new TestTar().File("aaa/VERSION", "1.0").File("aaa/layer.tar", one).File("bbb/layer.tar", two).SymbolicLink("ccc/layer.tar", "../aaa/layer.tar")
            .File("config.json", config).File("repositories", "{}")
            .File("manifest.json", """[{"Config":"config.json","RepoTags":["app:1"],"Layers":["aaa/layer.tar","bbb/layer.tar","ccc/layer.tar"]}]""").ToArray();
        using DockerArchiveSource source = await OpenAsync(tar);
        Assert.Equal([Reference.Parse("app:1")], source.Names);
        Image image = await source.GetImageAsync(Reference.Parse("app:1"), Platform.LinuxAmd64, Ct);
        Assert.Equal(config, Encoding.UTF8.GetString(image.ConfigBytes.Span));
        Assert.All(image.Layers, static l => Assert.Equal(MediaTypes.OciLayer, l.Blob.MediaType));
        Assert.Equal(one, await ReadAsync(image.Layers[2]));
        Assert.Equal(image.ManifestBytes, (await source.GetOnlyImageAsync(Platform.LinuxAmd64, Ct)).ManifestBytes);
    }

    [Fact]
    public async Task Compressed_layers_are_read_under_their_own_digest()
    {
        byte[] tar = TestImages.Tar("one", "1");
        byte[] gzip = TestImages.Gzip(tar);
        byte[] archive = new TestTar().File("x/layer.tar", gzip).File("c", Config(tar)).File("manifest.json", """[{"Config":"c","RepoTags":null,"Layers":["x/layer.tar"]}]""").ToArray();
        using DockerArchiveSource source = await OpenAsync(archive);
        Image image = await source.GetOnlyImageAsync(Platform.LinuxAmd64, Ct);
        Assert.Equal(Descriptor.Of(MediaTypes.OciLayerGzip, gzip), image.Layers[0].Blob);
        Assert.Equal(gzip, await ReadAsync(image.Layers[0]));
    }

    [Fact]
    public async Task A_layer_whose_content_is_not_its_diff_id_is_refused_when_it_is_read()
    {
        byte[] archive = new TestTar().File("l.tar", TestImages.Tar("b", "b")).File("c", Config(TestImages.Tar("a", "a")))
            .File("manifest.json", """[{"Config":"c","Layers":["l.tar"]}]""").ToArray();
        using DockerArchiveSource source = await OpenAsync(archive);
        Image image = await source.GetOnlyImageAsync(Platform.LinuxAmd64, Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => ReadAsync(image.Layers[0]));
    }

    [Theory]
    [InlineData("""[{"Config":"../../../../etc/passwd","Layers":[]}]""")]
    [InlineData("""[{"Config":"/etc/passwd","Layers":[]}]""")]
    [InlineData("""[{"Config":"c","Layers":["/etc/passwd"]}]""")]
    [InlineData("""[{"Config":"c","Layers":[null]}]""")]
    [InlineData("""[{"Config":"c","Layers":[]}]""")]
    [InlineData("""[{"Config":"manifest.json","Layers":[]}]""")]
    public async Task What_the_archive_does_not_hold_is_not_looked_for_elsewhere(string manifest)
    {
        byte[] archive = new TestTar().File("c", Config(TestImages.Tar("a", "a"))).File("manifest.json", manifest).ToArray();
        using DockerArchiveSource source = await OpenAsync(archive);
        await Assert.ThrowsAsync<InvalidImageException>(() => source.GetOnlyImageAsync(Platform.LinuxAmd64, Ct));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{\"Config\":null}]")]
    [InlineData("[")]
    public async Task A_manifest_that_is_none_is_refused(string manifest) =>
        await Assert.ThrowsAsync<InvalidImageException>(() => OpenAsync(new TestTar().File("manifest.json", manifest).ToArray()));

    [Fact]
    public async Task An_archive_that_is_not_for_docker_load_says_what_is_missing()
    {
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => OpenAsync(new TestTar().File("x", "x").ToArray()));
        Assert.EndsWith("is not an archive for docker load: it has no \"manifest.json\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_images_one_must_be_named()
    {
        byte[] a = TestImages.Tar("a", "a");
        byte[] archive = new TestTar().File("l.tar", a).File("c", Config(a))
            .File("manifest.json", """[{"Config":"c","RepoTags":["a:1"],"Layers":["l.tar"]},{"Config":"c","RepoTags":["b:2","c"],"Layers":["l.tar"]}]""").ToArray();
        using DockerArchiveSource source = await OpenAsync(archive);
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => source.GetOnlyImageAsync(Platform.LinuxAmd64, Ct));
        Assert.EndsWith("it has docker.io/library/a:1, docker.io/library/b:2, docker.io/library/c:latest", e.Message, StringComparison.Ordinal);
        Assert.NotNull(await source.GetImageAsync(Reference.Parse("c"), Platform.LinuxAmd64, Ct));
    }

    [Theory]
    [InlineData(DockerArchiveLayers.Uncompressed)]
    [InlineData(DockerArchiveLayers.AsStored)]
    public async Task Skopeo_reads_our_archive(DockerArchiveLayers layers)
    {
        Tool.Require("skopeo");
        Image image = TestImages.Create("file1", "file2", "file1");
        await WriteAsync(image, new DockerArchiveOptions { Names = [Name], Layers = layers, SpoolPath = _directory["spool"] });
        await Tool.RunAsync("skopeo", "inspect", $"docker-archive:{_directory["image.tar"]}:{Name}");
        await Tool.RunAsync("skopeo", "copy", "-q", $"docker-archive:{_directory["image.tar"]}", $"oci:{_directory["copy"]}:1");
        OciLayout copy = await OciLayout.OpenAsync(_directory["copy"], ct: Ct);
        Image copied = await copy.GetOnlyImageAsync(Platform.LinuxAmd64, Ct);
        Assert.Equal(image.Config.RootFs.DiffIds, copied.Config.RootFs.DiffIds);
    }

    [Fact]
    public async Task We_read_the_archive_that_skopeo_writes()
    {
        Tool.Require("skopeo");
        Image image = TestImages.Create("file1", "file2");
        await new OciLayoutSink(_directory["layout"], Reference.Parse("app")).WriteAsync(image, Ct);
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci:{_directory["layout"]}", $"docker-archive:{_directory["theirs.tar"]}:{Name}");
        using DockerArchiveSource source = await DockerArchiveSource.OpenAsync(_directory["theirs.tar"], ct: Ct);
        Image found = await source.GetImageAsync(Name, Platform.LinuxAmd64, Ct);
        Assert.Equal(image.Config.RootFs.DiffIds, found.Config.RootFs.DiffIds);
        Assert.Equal(TestImages.Tar("file2", "content of file2\n"), await ReadAsync(found.Layers[1]));
    }

    private static string Config(params byte[][] layers) =>
        $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":{{JsonSerializer.Serialize(layers.Select(static l => Digest.OfBytes(l).Value))}} } }""";

    private static async Task<byte[]> ReadAsync(ImageLayer layer)
    {
        await using Stream stream = await layer.OpenAsync(Ct);
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, Ct);
        return copy.ToArray();
    }

    private Task WriteAsync(Image image, DockerArchiveOptions options) => new DockerArchiveSink(_directory["image.tar"], options).WriteAsync(image, Ct);

    private async Task<DockerArchiveSource> OpenAsync(byte[] tar)
    {
        await File.WriteAllBytesAsync(_directory["given.tar"], tar, Ct);
        return await DockerArchiveSource.OpenAsync(_directory["given.tar"], ct: Ct);
    }
}
