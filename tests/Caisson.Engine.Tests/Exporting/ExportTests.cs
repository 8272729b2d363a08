using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>Where the image of a build goes.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private const string Dockerfile = "FROM scratch\nCOPY a /a\nCMD [\"/a\"]\n";

    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task In_the_store_the_image_has_all_its_names()
    {
        Built built = await ExportAsync(new Export.Store([Name("app:1"), Name("app:2")]));
        foreach (string name in (string[])["app:1", "app:2"])
            Assert.Equal(built.Digest, (await _workshop.Engine.Images.GetAsync(Name(name), platform: null, Ct)).Descriptor.Digest);
    }

    [Fact]
    public async Task An_image_without_a_name_is_kept_in_the_store()
    {
        Built built = await ExportAsync(new Export.Store([]));
        OciLayout layout = await OciLayout.OpenAsync(_workshop.Engine.Images.LayoutPath, ct: Ct);
        Assert.Contains((await layout.ReadIndexAsync(Ct)).Manifests, m => m.Digest == built.Digest);
    }

    [Fact]
    public async Task A_name_moves_to_the_newest_image()
    {
        await ExportAsync(new Export.Store([Name("app:1")]));
        _workshop.Context.File("a", "changed");
        Built built = await ExportAsync(new Export.Store([Name("app:1")]));
        ListedImage listed = Assert.Single(await _workshop.Engine.Images.ListAsync(Ct));
        Assert.Equal(built.Digest, listed.Descriptor.Digest);
    }

    [Fact]
    public async Task An_OCI_directory_reads_back_as_the_same_image()
    {
        Built built = await ExportAsync(new Export.OciDirectory(_workshop["oci"], [Name("app:1"), Name("app:2")]));
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        foreach (string name in (string[])["app:1", "app:2"])
            Assert.Equal(built.Image.ManifestBytes.ToArray(), (await layout.GetImageAsync(Name(name), Platform.LinuxAmd64, Ct)).ManifestBytes.ToArray());
    }

    [Fact]
    public async Task An_OCI_directory_keeps_the_images_that_are_there()
    {
        await ExportAsync(new Export.OciDirectory(_workshop["oci"], [Name("app:1")]));
        _workshop.Context.File("a", "changed");
        await ExportAsync(new Export.OciDirectory(_workshop["oci"], [Name("app:2")]));
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        Assert.NotNull(await layout.FindAsync(Name("app:1"), Ct));
        Assert.NotNull(await layout.FindAsync(Name("app:2"), Ct));
    }

    [Fact]
    public async Task An_OCI_archive_reads_back_as_the_same_image()
    {
        Built built = await ExportAsync(new Export.OciArchive(ExportFile.At(_workshop["app.tar"]), [Name("app:1")]));
        using OciArchive archive = await OciArchive.OpenAsync(_workshop["app.tar"], ct: Ct);
        Assert.Equal(built.Digest, (await archive.GetImageAsync(Name("app:1"), Platform.LinuxAmd64, Ct)).Descriptor.Digest);
    }

    [Fact]
    public async Task An_OCI_archive_has_an_entry_for_each_name()
    {
        Built built = await ExportAsync(new Export.OciArchive(ExportFile.At(_workshop["app.tar"]), [Name("app:1"), Name("other")]));
        using OciArchive archive = await OciArchive.OpenAsync(_workshop["app.tar"], ct: Ct);
        Assert.Equal(2, (await archive.ReadIndexAsync(Ct)).Manifests.Length);
        foreach (string name in (string[])["app:1", "other:latest"])
            Assert.Equal(built.Digest, (await archive.GetImageAsync(Name(name), Platform.LinuxAmd64, Ct)).Descriptor.Digest);
    }

    [Fact]
    public async Task A_docker_archive_reads_back_with_the_same_configuration_and_layers()
    {
        Built built = await ExportAsync(new Export.DockerArchive(ExportFile.At(_workshop["app.tar"]), [Name("app:1"), Name("app:2")]));
        using DockerArchiveSource archive = await DockerArchiveSource.OpenAsync(_workshop["app.tar"], options: null, Ct);
        Image image = await archive.GetImageAsync(Name("app:2"), Platform.LinuxAmd64, Ct);
        Assert.Equal(built.Image.ConfigBytes.ToArray(), image.ConfigBytes.ToArray());
        Assert.Equal(["f 0644 0:0 a \"A\""], await Layers.OfAsync(Assert.Single(image.Layers)));
    }

    [Fact]
    public async Task Skopeo_reads_the_store_the_layout_and_the_archives()
    {
        Tool.Require("skopeo");
        Built built = await ExportAsync(
            new Export.Store([Name("app:1")]),
            new Export.OciDirectory(_workshop["oci"], [Name("app:1")]),
            new Export.OciArchive(ExportFile.At(_workshop["oci.tar"]), [Name("app:1")]),
            new Export.DockerArchive(ExportFile.At(_workshop["docker.tar"]), [Name("app:1")]));
        foreach (string place in (string[])
        [
            $"oci:{_workshop.Engine.Images.LayoutPath}:docker.io/library/app:1", $"oci:{_workshop["oci"]}:docker.io/library/app:1", $"oci-archive:{_workshop["oci.tar"]}", $"docker-archive:{_workshop["docker.tar"]}",
        ])
        {
            using JsonDocument config = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", place));
            Assert.Equal(built.Image.Config.RootFs.DiffIds[0].Value, config.RootElement.GetProperty("rootfs").GetProperty("diff_ids")[0].GetString());
        }
    }

    [Fact]
    public async Task A_tar_of_the_files_has_every_layer_merged()
    {
        _workshop.Context.File("b", "B");
        string[] files = await _workshop.FilesAsync("FROM scratch\nCOPY a /x/a\nCOPY b /x/b\nCOPY b /x/a\n");
        Assert.Equal(["d 0755 0:0 x", "f 0644 0:0 x/a \"B\"", "f 0644 0:0 x/b \"B\""], files);
    }

    [Fact]
    public async Task A_tar_of_the_files_keeps_owners()
    {
        Assert.Equal(["d 0755 5:6 x", "f 0644 5:6 x/a \"A\""], await _workshop.FilesAsync("FROM scratch\nCOPY --chown=5:6 a /x/a\n"));
    }

    [Fact]
    public async Task A_hard_link_whose_other_name_was_replaced_later_keeps_its_content()
    {
        _workshop.Context.File("d/one", "1").HardLink("d/two", "d/one");
        Assert.Equal(["f 0644 0:0 one \"A\"", "f 0644 0:0 two \"1\""], await _workshop.FilesAsync("FROM scratch\nCOPY d /\nCOPY a /one\n"));
    }

    [Fact]
    public async Task An_export_of_files_makes_no_image()
    {
        Built built = await ExportAsync(new Export.LocalDirectory(_workshop["out"]));
        Assert.Null(built.Result.Image);
    }

    [Fact]
    public async Task Layers_are_not_compressed_when_that_is_asked_for()
    {
        Built built = await ExportAsync(new Export.Store([]) { Compression = new LayerCompression(LayerCodec.Uncompressed) });
        ImageLayer layer = Assert.Single(built.Image.Layers);
        Assert.Equal((MediaTypes.OciLayer, layer.DiffId), (layer.Blob.MediaType, layer.Blob.Digest));
    }

    [Fact]
    public async Task Layers_of_a_base_keep_their_bytes_and_get_the_names_of_OCI()
    {
        MemoryBlobs blobs = new();
        byte[] archive = await Bases.ArchiveAsync(Bases.File("base", "B"));
        ImageLayer layer = new(blobs.Add(MediaTypes.DockerLayer, archive), Digest.OfBytes(archive), blobs);
        ImageConfig config = new() { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } };
        await _workshop.AddImageAsync("base:1", Image.Create(config, [layer]));
        Built built = await _workshop.BuildAsync("FROM base:1\nCOPY a /a\n");
        Assert.Equal(layer.Blob.Digest, built.Image.Layers[0].Blob.Digest);
        Assert.Equal(MediaTypes.OciLayer, built.Image.Layers[0].Blob.MediaType);
    }

    [Fact]
    public async Task A_file_appears_whole_or_not_at_all()
    {
        string path = _workshop["app.tar"];
        await Assert.ThrowsAsync<InvalidDataException>(() => ExportFile.At(path).WriteAsync(static async stream =>
        {
            await stream.WriteAsync(new byte[100], Ct);
            throw new InvalidDataException("broken off");
        }, Ct));
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(path)!), f => f.Contains("app.tar", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced()
    {
        File.WriteAllText(_workshop["app.tar"], "old");
        await ExportFile.At(_workshop["app.tar"]).WriteAsync(static stream => stream.WriteAsync("new"u8.ToArray(), Ct).AsTask(), Ct);
        Assert.Equal("new", File.ReadAllText(_workshop["app.tar"]));
    }

    [Fact]
    public async Task A_device_is_written_to_and_never_replaced()
    {
        string device = _workshop["null"];
        Folder.MakeNullDevice(device);
        await ExportFile.At(device).WriteAsync(static stream => stream.WriteAsync("gone"u8.ToArray(), Ct).AsTask(), Ct);
        Assert.True(Folder.IsDevice(device));
    }

    [Fact]
    public async Task A_link_is_written_through_and_stays_a_link()
    {
        string link = _workshop["link.tar"];
        File.WriteAllText(_workshop["real.tar"], "a longer old content");
        File.CreateSymbolicLink(link, _workshop["real.tar"]);
        await ExportFile.At(link).WriteAsync(static stream => stream.WriteAsync("new"u8.ToArray(), Ct).AsTask(), Ct);
        Assert.Equal(("new", _workshop["real.tar"]), (File.ReadAllText(_workshop["real.tar"]), new FileInfo(link).LinkTarget));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_with_its_path()
    {
        File.WriteAllText(_workshop["file"], "");
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => ExportAsync(new Export.OciArchive(ExportFile.At(_workshop["file/app.tar"]), [])));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal(EngineCodes.ExportFailed, finding.Code);
        Assert.StartsWith($"cannot export to {_workshop["file/app.tar"]}: ", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_export_is_told_as_a_step_of_its_own()
    {
        Built built = await ExportAsync(new Export.LocalDirectory(_workshop["out"]), new Export.Store([Name("app:1")]));
        string[] names = [.. built.Events.OfType<BuildEvent.StepStarted>().Select(static e => e.Name).Where(static n => !n.StartsWith('['))];
        Assert.Equal([$"exporting files to {_workshop["out"]}", "exporting layers", $"writing {built.Digest} to app:1"], names);
        Assert.Equal(names.Length, built.Events.OfType<BuildEvent.StepCompleted>().Count(static e => !e.IsCached) - 1); // and the COPY
    }

    private static Reference Name(string text) => Reference.Parse(text);

    private Task<Built> ExportAsync(params ImmutableArray<Export> exports) => _workshop.BuildAsync(Dockerfile, r => r with { Exports = exports });
}
