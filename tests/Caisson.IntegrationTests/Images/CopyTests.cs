using System.Text.Json;
using Caisson.IntegrationTests.Testing;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.IntegrationTests.Images;

/// <summary>Images on their way between all places, and what other tools make of them.</summary>
public sealed class CopyTests(ScratchStore scratch) : IClassFixture<ScratchStore>, IDisposable
{
    private readonly TempDirectory _directory = new();

    private Store Store => scratch.Store;

    private string Sample => $"oci:{_directory["sample"]}:{SampleLayout.Name}";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Through_every_place_an_index_keeps_its_digest_and_all_that_it_names()
    {
        await using Registry registry = await Registry.StartAsync();
        string digest = await SampleLayout.MakeAsync(Store, _directory);
        string[] places =
        [
            Sample, "store:round/trip:1", $"docker://{registry.Authority}/one/app:1", $"docker://{registry.Authority}/two/app:1",
            $"oci-archive:{_directory["archive.tar"]}:any/name:1", $"oci:{_directory["last"]}:end",
        ];
        foreach ((string from, string to) in places.Zip(places.Skip(1)))
            Assert.Equal(digest, await Store.RunAsync("image", "cp", "--preserve-digests", from, to));
        // Everything that the first had but the signature, which nobody asked for: its blobs are those of the attestation.
        Assert.Equal(Blobs("sample").Length - 1, Blobs("last").Length);
        Assert.Empty(OciSchema.CheckLayout(_directory["last"]).Findings);
        Assert.Empty(OciSchema.CheckLayout(Store.LayoutPath).Findings);
        await Tool.RunAsync("skopeo", "copy", "--all", "--preserve-digests", $"oci:{_directory["last"]}:end", $"oci:{_directory["skopeo"]}:x");
        await Tool.RunAsync("skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", places[3], $"dir:{_directory["dir"]}");
        Assert.Equal(digest, await Store.RunAsync("image", "cp", $"oci:{_directory["skopeo"]}:x", "oci:" + _directory["again"]));
    }

    [Fact]
    public async Task A_copy_that_is_there_sends_nothing_and_another_repository_mounts()
    {
        await using Registry registry = await Registry.StartAsync();
        await SampleLayout.MakeAsync(Store, _directory);
        string target = $"docker://{registry.Authority}/one/app:1";
        Assert.Contains(" blobs copied (", (await Store.TryAsync("image", "cp", Sample, target)).Error, StringComparison.Ordinal);
        Assert.Contains(": 0 blobs copied (0B)", (await Store.TryAsync("image", "cp", Sample, target)).Error, StringComparison.Ordinal);
        Assert.Contains(": 0 blobs copied (0B)", (await Store.TryAsync("image", "cp", target, $"docker://{registry.Authority}/two/app:1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_sends_all_platforms_of_an_index()
    {
        await using Registry registry = await Registry.StartAsync();
        string digest = await SampleLayout.MakeAsync(Store, _directory);
        string name = $"{registry.Authority}/pushed:1";
        await Store.RunAsync("image", "cp", Sample, "store:" + name);
        Assert.Equal($"{name}@{digest}", await Store.RunAsync("push", name));
        string raw = (await Store.TryAsync("image", "inspect", "--raw", "docker://" + name)).Succeeded();
        Assert.Equal(digest, Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes(raw)).Value);
    }

    [Fact]
    public async Task Referrers_come_along_when_they_are_asked_for()
    {
        await SampleLayout.MakeAsync(Store, _directory);
        await Store.RunAsync("image", "cp", "--referrers", Sample, $"oci:{_directory["with"]}:x");
        await Store.RunAsync("image", "cp", Sample, $"oci:{_directory["without"]}:x");
        Assert.Contains("vnd.example.signature", await Store.RunAsync("image", "tree", $"oci:{_directory["with"]}:x"), StringComparison.Ordinal);
        string tree = await Store.RunAsync("image", "tree", $"oci:{_directory["without"]}:x");
        Assert.DoesNotContain("Referrers", tree, StringComparison.Ordinal);
        Assert.Contains("└─ attestation (linux/amd64)", tree, StringComparison.Ordinal);
        Assert.All(tree.Split('\n'), static line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task Platforms_are_chosen_and_what_is_not_there_is_refused()
    {
        await SampleLayout.MakeAsync(Store, _directory);
        string one = await Store.RunAsync("image", "cp", "--platform=linux/arm64", Sample, $"oci:{_directory["one"]}:x");
        Assert.Equal(one, await Store.RunAsync("image", "inspect", "--platform=linux/arm64", "--show=digest", Sample));
        Assert.Contains("\"Architecture\": \"arm64\"", await Tool.RunAsync("skopeo", "inspect", $"oci:{_directory["one"]}:x"), StringComparison.Ordinal);
        Assert.Contains("error CSN4051: ", (await Store.TryAsync("image", "cp", "--platform=linux/s390x", Sample, "x")).Failed(6), StringComparison.Ordinal);
        Assert.Contains("error CSN4050: ", (await Store.TryAsync("image", "cp", Sample, $"docker-archive:{_directory["x.tar"]}")).Failed(6), StringComparison.Ordinal);
        Assert.False(File.Exists(_directory["x.tar"]));
    }

    [Fact]
    public async Task Docker_s_format_is_read_by_skopeo_and_comes_back_as_it_was()
    {
        await using Registry registry = await Registry.StartAsync();
        await SampleLayout.MakeAsync(Store, _directory);
        string oci = await Store.RunAsync("image", "cp", "--platform=linux/amd64", Sample, "store:format:1");
        string docker = $"docker://{registry.Authority}/format:1";
        Outcome sent = await Store.TryAsync("image", "cp", "--format=docker", "store:format:1", docker);
        Assert.Equal(sent.Succeeded().Trim(), (await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", docker)).Trim());
        string raw = await Store.RunAsync("image", "inspect", "--raw", docker);
        Assert.Empty(OciSchema.Check("application/vnd.docker.distribution.manifest.v2+json", System.Text.Encoding.UTF8.GetBytes(raw))!);
        Assert.Contains("application/vnd.docker.container.image.v1+json", raw, StringComparison.Ordinal);
        Assert.Equal(oci, await Store.RunAsync("image", "cp", "--format=oci", docker, "store:format:2"));
        Assert.Contains("error CSN4053: ", (await Store.TryAsync("image", "cp", "--format=docker", "--preserve-digests", "store:format:1", docker)).Failed(6), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docker_archive_of_skopeo_is_the_same_image()
    {
        await SampleLayout.MakeAsync(Store, _directory);
        await Store.RunAsync("image", "cp", "--platform=linux/amd64", Sample, $"oci:{_directory["one"]}:x");
        await Tool.RunAsync("skopeo", "copy", $"oci:{_directory["one"]}:x", $"docker-archive:{_directory["skopeo.tar"]}:team/app:1");
        string id = await Store.RunAsync("image", "inspect", "--show=id", $"oci:{_directory["one"]}:x");
        Assert.Equal(id, await Store.RunAsync("image", "inspect", "--show=id", $"docker-archive:{_directory["skopeo.tar"]}:team/app:1"));
        Assert.Contains("no difference", await Store.RunAsync("diff", "--files-only", $"docker-archive:{_directory["skopeo.tar"]}", $"oci:{_directory["one"]}:x"), StringComparison.Ordinal);
        await Store.RunAsync("image", "cp", $"oci:{_directory["one"]}:x", $"docker-archive:{_directory["own.tar"]}:team/app:1");
        using JsonDocument seen = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", $"docker-archive:{_directory["own.tar"]}"));
        Assert.Equal("amd64", seen.RootElement.GetProperty("Architecture").GetString());
    }

    [Fact]
    public async Task A_layer_of_umoci_is_read_and_our_copy_is_unpacked_by_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "umoci keeps owners as root only");
        Tool.Require("umoci");
        await SampleLayout.MakeAsync(Store, _directory);
        await Store.RunAsync("image", "cp", "--platform=linux/amd64", Sample, $"oci:{_directory["one"]}:x");
        await Tool.ShellAsync(_directory.Path, "umoci unpack --image one:x bundle; mkdir bundle/rootfs/new; echo more > bundle/rootfs/new/file; rm bundle/rootfs/file; umoci repack --image one:y bundle");
        Outcome diff = await Store.TryAsync("diff", "--ignore=time", $"oci:{_directory["one"]}:x", $"oci:{_directory["one"]}:y");
        diff.Failed(1);
        Assert.Contains("  - /file  7B", diff.Output, StringComparison.Ordinal);
        Assert.Contains("  + /new/file  5B", diff.Output, StringComparison.Ordinal);
        Assert.Empty(OciSchema.CheckLayout(_directory["one"]).Findings);
        await Store.RunAsync("image", "cp", $"oci:{_directory["one"]}:y", $"oci:{_directory["two"]}:z");
        await Tool.RunAsync("umoci", "unpack", "--image", $"{_directory["two"]}:z", _directory["unpacked"]);
        Assert.True(File.Exists(_directory["unpacked/rootfs/new/file"]));
        Assert.False(File.Exists(_directory["unpacked/rootfs/file"]));
    }

    [Fact]
    public async Task A_layout_that_was_tampered_with_is_refused_and_nothing_is_named()
    {
        await SampleLayout.MakeAsync(Store, _directory);
        string layer = Blobs("sample").First(static b => File.ReadAllBytes(b) is [0x1f, 0x8b, ..]);
        byte[] content = await File.ReadAllBytesAsync(layer, TestContext.Current.CancellationToken);
        content[^9] ^= 1;
        await File.WriteAllBytesAsync(layer, content, TestContext.Current.CancellationToken);
        Assert.Contains("error CSN4006: ", (await Store.TryAsync("image", "cp", Sample, $"oci:{_directory["copy"]}:x")).Failed(6), StringComparison.Ordinal);
        Assert.Contains("\"manifests\":[]", await File.ReadAllTextAsync(_directory["copy/index.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("error CSN4006: ", (await Store.TryAsync("size", Sample)).Failed(6), StringComparison.Ordinal);
    }

    private string[] Blobs(string layout) => [.. Directory.GetFiles(Path.Combine(_directory[layout], "blobs", "sha256")).Order(StringComparer.Ordinal)];
}
