using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>What the documents of an image say besides what was built: annotations, media types, names by digest.</summary>
public sealed class ImageFormTests : IAsyncLifetime
{
    private const string Dockerfile = "FROM scratch\nCOPY a /a\n";

    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly ImmutableArray<Platform> Two = [Platform.LinuxAmd64, Platform.LinuxArm64];

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task Annotations_stand_where_they_belong()
    {
        Export export = new Export.OciDirectory(_workshop["oci"], [Reference.Parse("app:1")])
        {
            Annotations =
            [
                new Annotation(AnnotationLevel.Manifest, null, "all", "m"), new Annotation(AnnotationLevel.Manifest, Platform.LinuxArm64, "arm", "only"),
                new Annotation(AnnotationLevel.ManifestDescriptor, Platform.LinuxAmd64, "named", "here"),
                new Annotation(AnnotationLevel.Index, null, "over", "all"), new Annotation(AnnotationLevel.IndexDescriptor, null, "layout", "says"),
            ],
        };
        Built built = await _workshop.BuildAsync(Dockerfile, r => r with { Platforms = Two, Exports = [export] });
        ImageIndex index = built.Result.Index!.Index;
        Assert.Equal("all", index.Annotations!["over"]);
        Assert.Equal("here", index.Manifests[0].Annotations!["named"]);
        Assert.Null(index.Manifests[1].Annotations);
        Assert.Equal(["all"], built.Result.Index.Images[0].Manifest.Annotations!.Keys);
        Assert.Equal(["all", "arm"], built.Result.Index.Images[1].Manifest.Annotations!.Keys);
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        Assert.Equal("says", Assert.Single((await layout.ReadIndexAsync(Ct)).Manifests).Annotations!["layout"]);
        Assert.NotNull(await layout.FindAsync(Reference.Parse("app:1"), Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("app:1")]
    [InlineData("app:1 app:2")]
    public async Task What_a_layout_says_of_the_index_stands_in_archives_and_beside_all_names(string names)
    {
        ImmutableArray<Reference> references = [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Reference.Parse)];
        // The first says nothing: what is said later counts.
        await _workshop.BuildAsync(Dockerfile, r => r with { Platforms = Two, Exports = [new Export.OciDirectory(_workshop["oci"], references)] });
        Export[] exports = [new Export.OciDirectory(_workshop["oci"], references), new Export.OciArchive(ExportFile.At(_workshop["oci.tar"]), references)];
        await _workshop.BuildAsync(Dockerfile, r => r with { Platforms = Two, Exports = [.. exports.Select(static e => e with { Annotations = [new Annotation(AnnotationLevel.IndexDescriptor, null, "layout", "says")] })] });
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        using OciArchive archive = await OciArchive.OpenAsync(_workshop["oci.tar"], ct: Ct);
        foreach (ImageIndex index in (ImageIndex[])[await layout.ReadIndexAsync(Ct), await archive.ReadIndexAsync(Ct)])
        {
            Assert.Equal(Math.Max(1, references.Length), index.Manifests.Length);
            Assert.All(index.Manifests, static m => Assert.Equal("says", m.Annotations!["layout"]));
        }
    }

    [Fact]
    public async Task An_image_without_an_index_has_nothing_to_say_in_one()
    {
        Export export = new Export.Store([]) { Annotations = [new Annotation(AnnotationLevel.Index, null, "k", "v")] };
        Diagnostic finding = await _workshop.FailAsync(Dockerfile, r => r with { Exports = [export] });
        Assert.Equal("an image for one platform has no index that could be annotated", finding.Message);
    }

    [Fact]
    public async Task Docker_types_are_used_throughout_when_asked_for()
    {
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { Platforms = Two, Exports = [new Export.Store([]) { UsesDockerTypes = true }] });
        Assert.Equal(MediaTypes.DockerIndex, built.Result.Descriptor!.MediaType);
        Assert.Equal(MediaTypes.DockerIndex, built.Result.Index!.Index.MediaType);
        Assert.All(built.Result.Index.Images, static image =>
        {
            Assert.Equal((MediaTypes.DockerManifest, MediaTypes.DockerManifest), (image.Descriptor.MediaType, image.Manifest.MediaType));
            Assert.Equal(MediaTypes.DockerConfig, image.Manifest.Config.MediaType);
            Assert.Equal(MediaTypes.DockerLayerGzip, Assert.Single(image.Manifest.Layers).MediaType);
        });
    }

    [Fact]
    public async Task A_name_of_the_digest_is_given_when_asked_for()
    {
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { Exports = [new Export.Store([Reference.Parse("app:1")]) { CanonicalNames = [Reference.Parse("app:1"), Reference.Parse("dangling")] }] });
        OciLayout layout = await OciLayout.OpenAsync(_workshop.Engine.Images.LayoutPath, ct: Ct);
        string[] names = [.. (await layout.ReadIndexAsync(Ct)).Manifests.Select(OciLayout.NameOf).OfType<string>().Order(StringComparer.Ordinal)];
        Assert.Equal(["docker.io/library/app:1", $"docker.io/library/app@{built.Digest}", $"docker.io/library/dangling@{built.Digest}"], names);
    }

    [Fact]
    public async Task What_is_no_part_of_the_result_is_removed_when_asked_for()
    {
        Directory.CreateDirectory(_workshop["out/old/deep"]);
        File.WriteAllText(_workshop["out/old/deep/f"], "f");
        File.WriteAllText(_workshop["kept"], "kept");
        File.CreateSymbolicLink(_workshop["out/link"], _workshop.Context.Path);
        Directory.CreateDirectory(_workshop["out/a"]); // where a file goes
        await _workshop.BuildAsync(Dockerfile, r => r with { Exports = [new Export.LocalDirectory(_workshop["out"]) { RemovesOthers = true }] });
        Assert.Equal(["a"], Directory.GetFileSystemEntries(_workshop["out"]).Select(Path.GetFileName));
        Assert.Equal("A", File.ReadAllText(_workshop["out/a"]));
        Assert.True(File.Exists(_workshop.Context["a"]), "what a link leads to stays");
    }

    [Fact]
    public async Task Otherwise_it_stays()
    {
        Directory.CreateDirectory(_workshop["out/old"]);
        await _workshop.BuildAsync(Dockerfile, r => r with { Exports = [new Export.LocalDirectory(_workshop["out"])] });
        Assert.Equal(["a", "old"], Directory.GetFileSystemEntries(_workshop["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
