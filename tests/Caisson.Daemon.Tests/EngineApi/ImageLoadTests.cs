using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class ImageLoadTests
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";

    private static readonly Image Sample = TestImages.Create(BuildEngine.MachinePlatform, "a", "b");
    private static readonly string Id = Sample.Manifest.Config.Digest.Value;

    private static readonly string ConfigPath = PathOf(Sample.Manifest.Config.Digest);
    private static readonly string LayerPath = PathOf(Sample.Layers[1].Blob.Digest);

    public static TheoryData<string, string?, string[]> Names => new()
    {
        { "foo/bar:1", null, ["Loaded image: foo/bar:1"] },
        { "alpine:3.20", null, ["Loaded image: alpine:3.20"] },
        { "v1.2", null, [$"Loaded image ID: {Id}"] },
        { "alpine", null, [$"Loaded image ID: {Id}"] },
        { "latest", null, [$"Loaded image ID: {Id}"] },
        { "latest", "docker.io/library/app:latest", ["Loaded image: app:latest"] },
        { "foo/bar:1 foo/bar:2", null, ["Loaded image: foo/bar:1", "Loaded image: foo/bar:2"] },
        { "v1 v2", null, [$"Loaded image ID: {Id}"] },
        { "foo/bar:1 v2", null, ["Loaded image: foo/bar:1", $"Loaded image ID: {Id}"] },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Images_of_layouts_have_the_names_of_repositories_and_no_others(string refNames, string? containerdName, string[] told)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using MemoryStream archive = new();
        await new OciArchiveSink(archive).WriteAsync(Sample, TestContext.Current.CancellationToken);
        Dictionary<string, byte[]> files = await SavedImage.ReadAsync(archive.ToArray());
        JsonNode index = JsonNode.Parse(files["index.json"])!;
        JsonNode entry = index["manifests"]![0]!;
        index["manifests"] = new JsonArray([.. refNames.Split(' ').Select(refName =>
        {
            JsonNode named = entry.DeepClone();
            named["annotations"] = new JsonObject { [RefName] = refName };
            if (containerdName is not null)
                named["annotations"]![ContainerdName] = containerdName;
            return named;
        })]);
        files["index.json"] = Encoding.UTF8.GetBytes(index.ToJsonString());
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, "images/load", await Context.TarAsync(files));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(told, text.Split("\r\n").Select(static l => JsonNode.Parse(l)!["stream"]!.GetValue<string>().TrimEnd()));
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "no layer", $"names the layer \\\"{LayerPath}\\\", but has no such file" },
        { "half a layer", "blob " + Sample.Layers[1].Blob.Digest },
        { "broken configuration", "configuration" },
        { "other layer", "blob " },
        { "one layer less", "the archive names 1 layers, the configuration 2" },
        { "no images", "the archive holds no image" },
        { "null", "the archive holds no image" },
        { "no JSON", "\\\"manifest.json\\\" in the archive is not valid JSON of its kind" },
        { "no list", "the archive holds no image: it has neither the \\\"manifest.json\\\" that docker save writes nor the" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Of_a_damaged_archive_it_is_told_what_is_wrong_with_it(string damage, string told)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Sample);
        Dictionary<string, byte[]> files = await SavedImage.ReadAsync(await daemon.Client.GetByteArrayAsync("images/one:1/get", TestContext.Current.CancellationToken));
        await daemon.AskAsync(HttpMethod.Delete, "images/one:1");
        await daemon.Client.PostAsync("images/prune", null, TestContext.Current.CancellationToken);
        files.Remove("oci-layout"); // as older engines write it
        Damage(files, damage);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, "images/load", await Context.TarAsync(files));
        Assert.NotEqual(HttpStatusCode.OK, status);
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.DoesNotContain("archive-", text, StringComparison.Ordinal);
        Assert.Equal(damage == "no list", text.Contains("layout", StringComparison.Ordinal));
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    public async Task Of_an_archive_without_files_it_is_told_what_is_missing(int length)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, "images/load", new byte[length]);
        Assert.NotEqual(HttpStatusCode.OK, status);
        Assert.Contains("the archive holds no image: it has neither", text, StringComparison.Ordinal);
    }

    private static void Damage(Dictionary<string, byte[]> files, string damage)
    {
        switch (damage)
        {
            case "no layer":
                files.Remove(LayerPath);
                break;
            case "half a layer":
                files[LayerPath] = files[LayerPath][..(files[LayerPath].Length / 2)];
                break;
            case "broken configuration":
                files[ConfigPath] = "{ no JSON"u8.ToArray();
                break;
            case "other layer":
                // An uncompressed layer is what the configuration says it is.
                files[LayerPath] = TestImages.Tar("b", "something else\n");
                break;
            case "one layer less":
                JsonNode list = JsonNode.Parse(files["manifest.json"])!;
                list[0]!["Layers"]!.AsArray().RemoveAt(1);
                files["manifest.json"] = Encoding.UTF8.GetBytes(list.ToJsonString());
                break;
            case "no list":
                files.Remove("manifest.json");
                break;
            default:
                files["manifest.json"] = Encoding.UTF8.GetBytes(damage switch { "no images" => "[]", "null" => "null", _ => "[{" });
                break;
        }
    }

    private static string PathOf(Digest digest) => $"blobs/sha256/{digest.Hex}";
}
