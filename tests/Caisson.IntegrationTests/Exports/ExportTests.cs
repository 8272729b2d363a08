using System.Text.Json;
using Caisson.IntegrationTests.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>What other programs find in an exported image.</summary>
public sealed class ExportTests(ExportedImage image) : IClassFixture<ExportedImage>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_as_the_steps_made_them()
    {
        string[] tree = [.. Tree.Read(await ExtractAsync("made"), TreeFacets.Owners | TreeFacets.Attributes | TreeFacets.Devices).Where(static line => line.StartsWith("t/", StringComparison.Ordinal))];
        string[] facts = [.. tree.Select(static line => System.Text.RegularExpressions.Regex.Replace(line, " [0-9A-F]{64}", ""))];
        Assert.Equal(
            [
                "t/capable File 755 0:0 8 security.capability=0100000200040000000000000000000000000000",
                "t/copied File 604 7:8 6",
                "t/fifo Fifo 644 0:0",
                "t/linked-later File 640 1234:5678 6",
                $"t/{new string('n', 200)} File 644 0:0 5",
                "t/null CharacterDevice 644 0:0 1,3",
                "t/opaque Directory 755 0:0",
                "t/opaque/new File 644 0:0 4",
                "t/owned is t/linked-later",
                "t/plain Directory 700 0:0",
                "t/plain/again File 644 0:0 5 user.note=76616C7565",
                "t/plain/dangling SymbolicLink 0:0 -> /nowhere",
                "t/plain/file is t/plain/again",
                "t/plain/link SymbolicLink 0:0 -> file",
                "t/replaced SymbolicLink 0:0 -> plain",
                "t/setuid File 4755 0:0 8",
                "t/sparse File 644 0:0 5242884",
                "t/sticky Directory 1777 0:0",
                "t/ü b\\n File 644 0:0 5",
            ],
            facts);
    }

    [Fact]
    public async Task The_layout_unpacked_by_umoci_is_the_tree_of_the_tar()
    {
        string bundle = Path.Combine(image.NewDirectory("umoci"), "bundle");
        await Tool.RunAsync("umoci", "unpack", "--image", $"{await image.PathAsync("layout")}:{ExportedImage.Name}", bundle);
        // In the tar every file has the time of the image; in the image the files of the base keep theirs.
        const TreeFacets facets = TreeFacets.All & ~TreeFacets.Times;
        Tree.Same(Tree.Read(await ExtractAsync("umoci-tar"), facets), Tree.Read(Path.Combine(bundle, "rootfs"), facets));
    }

    [Fact]
    public async Task The_local_directory_has_the_same_files()
    {
        string[] expected = Tree.Read(await ExtractAsync("local-tar"), TreeFacets.None);
        Tree.Same(expected, Tree.Read(await image.PathAsync("local"), TreeFacets.None));
    }

    [Theory]
    [InlineData("oci:", "layout", true)]
    [InlineData("oci-archive:", "oci.tar", true)]
    [InlineData("docker-archive:", "docker.tar", false)]
    public async Task Skopeo_reads_and_copies_what_was_exported(string transport, string export, bool keepsDigest)
    {
        string source = $"{transport}{await image.PathAsync(export)}:{ExportedImage.Name}";
        await CheckBySkopeoAsync(source, image.NewDirectory("copy-of-" + export), keepsDigest);
    }

    [Fact]
    public async Task Skopeo_reads_and_copies_the_store_in_place()
    {
        await image.PathAsync("");
        await CheckBySkopeoAsync($"oci:{image.Store.LayoutPath}:{ExportedImage.Name}", image.NewDirectory("copy-of-store"), keepsDigest: true);
    }

    [Fact]
    public async Task All_documents_keep_the_schemas()
    {
        (IReadOnlyList<string> findings, int documents) = OciSchema.CheckLayout(await image.PathAsync("layout"));
        Assert.Empty(findings);
        Assert.Equal(2, documents);
        await Tool.ShellAsync(image.NewDirectory("unpacked-archives"), $"mkdir oci docker; tar -C oci -xf {await image.PathAsync("oci.tar")}; tar -C docker -xf {await image.PathAsync("docker.tar")}");
        Assert.Empty(OciSchema.CheckLayout(Path.Combine(image.NewDirectory("unpacked-archives"), "oci")).Findings);
        Assert.Empty(OciSchema.CheckLayout(Path.Combine(image.NewDirectory("unpacked-archives"), "docker")).Findings);
        Assert.Empty(OciSchema.CheckLayout(image.Store.LayoutPath).Findings);
    }

    [Fact]
    public async Task The_files_about_the_build_name_the_image()
    {
        string id = await File.ReadAllTextAsync(await image.PathAsync("id"), Ct);
        Assert.Equal(await image.Store.RunAsync("inspect", "--show=id", ExportedImage.Name), id);
        using JsonDocument metadata = JsonDocument.Parse(await File.ReadAllBytesAsync(await image.PathAsync("metadata.json"), Ct));
        Assert.Equal(await image.Store.RunAsync("inspect", "--show=digest", ExportedImage.Name), metadata.RootElement.GetProperty("containerimage.digest").GetString());
        Assert.Equal(ExportedImage.Name, metadata.RootElement.GetProperty("image.name").GetString());
    }

    [Theory]
    [InlineData("oci.tar")]
    [InlineData("docker.tar")]
    public async Task An_exported_archive_is_loaded_as_the_same_image(string export)
    {
        using ScratchStore other = new();
        Assert.Equal("Loaded image: every-kind:1", await other.Store.RunAsync("load", "-i", await image.PathAsync(export)));
        Assert.Equal(await image.Store.RunAsync("inspect", "--show=id", ExportedImage.Name), await other.Store.RunAsync("inspect", "--show=id", "every-kind:1"));
    }

    [Fact]
    public async Task A_saved_image_is_loaded_as_the_same_image()
    {
        await image.PathAsync("");
        string saved = Path.Combine(image.NewDirectory("saved"), "image.tar");
        using ScratchStore other = new();
        await image.Store.RunAsync("save", "-o", saved, ExportedImage.Name);
        await other.Store.RunAsync("load", "-i", saved);
        Assert.Equal(await image.Store.RunAsync("inspect", "--show=id", ExportedImage.Name), await other.Store.RunAsync("inspect", "--show=id", "every-kind:1"));
        Assert.Contains("every-kind", await Tool.RunAsync("skopeo", "inspect", "--format={{.Labels}} every-kind", "docker-archive:" + saved), StringComparison.Ordinal);
    }

    private async Task CheckBySkopeoAsync(string source, string copy, bool keepsDigest)
    {
        using JsonDocument config = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", source));
        using JsonDocument own = JsonDocument.Parse(await image.Store.RunAsync("inspect", ExportedImage.Name));
        Assert.Equal(DiffIds(own), DiffIds(config));
        Assert.Equal("every", config.RootElement.GetProperty("config").GetProperty("Labels").GetProperty("kind").GetString());
        string digest = await image.Store.RunAsync("inspect", "--show=digest", ExportedImage.Name);
        if (keepsDigest)
            Assert.Equal(digest, (await Tool.RunAsync("skopeo", "inspect", "--format={{.Digest}}", source)).Trim());
        await Tool.RunAsync("skopeo", "copy", "--quiet", source, "dir:" + copy);
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(copy, "manifest.json"), Ct));
        Assert.Equal(DiffIds(own).Length, manifest.RootElement.GetProperty("layers").GetArrayLength());
    }

    private static string[] DiffIds(JsonDocument config) =>
        [.. config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(static d => d.GetString() ?? "")];

    private async Task<string> ExtractAsync(string name)
    {
        string tar = await image.PathAsync("files.tar");
        string directory = image.NewDirectory(name);
        await Tool.RunAsync("tar", "--extract", "--preserve-permissions", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--file", tar, "--directory", directory);
        return directory;
    }
}
