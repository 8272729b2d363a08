using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>Images in the storage of podman and buildah, as these see them.</summary>
public sealed class ContainersStorageTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        Tool.Require("skopeo");
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
    }

    public ValueTask DisposeAsync() => _workshop is null ? ValueTask.CompletedTask : _workshop.DisposeAsync();

    [Fact]
    public async Task Buildah_has_the_image_under_all_its_names()
    {
        Built built = await ExportAsync("FROM scratch\nCOPY a /a\n", "docker.io/team/app:1", "registry.example/other:2");
        using JsonDocument images = JsonDocument.Parse(await BuildahAsync("images", "--json"));
        JsonElement image = Assert.Single(images.RootElement.EnumerateArray().DistinctBy(static i => i.GetProperty("id").GetString()));
        Assert.StartsWith(image.GetProperty("id").GetString()!, built.Image.Manifest.Config.Digest.Hex, StringComparison.Ordinal);
        string names = await BuildahAsync("images", "--format", "{{.Name}}:{{.Tag}}");
        Assert.Equal(["docker.io/team/app:1", "registry.example/other:2"], names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Buildah_can_begin_with_the_image()
    {
        await ExportAsync("FROM scratch\nCOPY a /a\n", "docker.io/team/app:1");
        string container = (await BuildahAsync("from", "docker.io/team/app:1")).Trim();
        string root = (await BuildahAsync("mount", container)).Trim();
        Assert.Equal("A", File.ReadAllText(Path.Combine(root, "a")));
        await BuildahAsync("rm", container);
    }

    [Fact]
    public async Task Layers_that_are_there_stay_as_they_are()
    {
        await ExportAsync("FROM scratch\nCOPY a /a\n", "docker.io/team/app:1");
        string[] before = Directory.GetDirectories(_workshop["storage/vfs/dir"]);
        DateTime written = Directory.GetCreationTimeUtc(Assert.Single(before));
        await ExportAsync("FROM scratch\nCOPY a /a\nCOPY a /b\n", "docker.io/team/app:2");
        Assert.Equal(2, Directory.GetDirectories(_workshop["storage/vfs/dir"]).Length);
        Assert.Equal(written, Directory.GetCreationTimeUtc(before[0]));
    }

    [Fact]
    public async Task An_image_without_a_name_is_there_by_its_id()
    {
        Built built = await ExportAsync("FROM scratch\nCOPY a /a\n");
        Assert.Equal(built.Image.Manifest.Config.Digest.Value, (await BuildahAsync("images", "--quiet", "--no-trunc")).Trim());
    }

    [Theory]
    [InlineData(LayerCodec.Zstd)]
    [InlineData(LayerCodec.Stargz)]
    [InlineData(LayerCodec.Uncompressed)]
    public async Task Every_codec_arrives(LayerCodec codec)
    {
        Export export = Target("docker.io/team/app:1") with { Compression = new LayerCompression(codec) };
        await _workshop.BuildAsync("FROM scratch\nCOPY a /a\n", r => r with { Exports = [export] });
        Assert.Equal("docker.io/team/app", (await BuildahAsync("images", "--format", "{{.Name}}")).Trim());
    }

    [Fact]
    public async Task Nothing_of_the_way_there_is_left()
    {
        await ExportAsync("FROM scratch\nCOPY a /a\n", "docker.io/team/app:1");
        Assert.DoesNotContain(Directory.GetDirectories(_workshop.StatePath, "*", SearchOption.AllDirectories), static d => Path.GetFileName(d).Contains("storage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_storage_that_cannot_be_written_is_told_in_skopeos_words()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY a /a\n", r => r with { Exports = [Target("docker.io/team/app:1") with { Root = "/proc/nowhere" }] });
        Assert.Equal(EngineCodes.StorageFailed, finding.Code);
        Assert.Contains("/proc/nowhere", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_skopeo_the_cure_is_told()
    {
        await using BuildEngine engine = await Workshop.OpenEngineAsync(_workshop["other"], static o => o with { SearchPath = "/nowhere" });
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(engine, _workshop.Request("FROM scratch\nCOPY a /a\n") with { Exports = [Target("app:1")] }));
        Assert.Equal(EngineCodes.MissingProgram, failure.Diagnostics[0].Code);
        Assert.StartsWith("apt-get install skopeo; or ", failure.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    private Task<Built> ExportAsync(string dockerfile, params string[] names) => _workshop.BuildAsync(dockerfile, r => r with { Exports = [Target(names)] });

    private Export.ContainersStorage Target(params string[] names) =>
        new([.. names.Select(Reference.Parse)]) { Root = _workshop["storage"], RunRoot = _workshop["run"], Driver = "vfs" };

    private Task<string> BuildahAsync(params string[] arguments)
    {
        Tool.Require("buildah");
        return Tool.RunAsync("buildah", ["--root", _workshop["storage"], "--runroot", _workshop["run"], "--storage-driver", "vfs", .. arguments]);
    }
}
