using System.Collections.Immutable;
using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

public sealed class OciLayoutTests : IDisposable
{
    private static readonly OciLayoutOptions Quick = new() { IsDurable = false };

    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_new_layout_is_one_that_other_tools_know()
    {
        await CreateAsync();
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", await File.ReadAllTextAsync(_directory["oci-layout"], Ct));
        Assert.Equal("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", await File.ReadAllTextAsync(_directory["index.json"], Ct));
        Assert.True(Directory.Exists(_directory["blobs/sha256"]));
    }

    [Fact]
    public async Task Creating_a_layout_where_there_is_one_keeps_it()
    {
        OciLayout layout = await CreateAsync();
        await layout.AddImageAsync(TestImages.Create("a"), Reference.Parse("app"), Ct);
        await CreateAsync();
        Assert.NotNull(await layout.FindAsync(Reference.Parse("app"), Ct));
    }

    [Fact]
    public async Task A_directory_that_is_no_layout_is_refused()
    {
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => OciLayout.OpenAsync(_directory.Path, ct: Ct));
        Assert.Equal($"{_directory.Path} is not an OCI image layout: it has no \"oci-layout\" file", e.Message);
        await File.WriteAllTextAsync(_directory["oci-layout"], """{"imageLayoutVersion":"9.0.0"}""", Ct);
        e = await Assert.ThrowsAsync<InvalidImageException>(() => OciLayout.OpenAsync(_directory.Path, ct: Ct));
        Assert.Contains("version \"9.0.0\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_listed_under_its_whole_name()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("named");
        await layout.AddImageAsync(image, Reference.Parse("app"), Ct);
        Descriptor entry = Assert.Single((await layout.ReadIndexAsync(Ct)).Manifests);
        Assert.Equal("docker.io/library/app:latest", entry.Annotations?["org.opencontainers.image.ref.name"]);
        Assert.Equal("docker.io/library/app:latest", entry.Annotations?["io.containerd.image.name"]);
        Assert.Equal(image.Descriptor.Digest, entry.Digest);
        Assert.Equal("linux/amd64", entry.Platform?.ToString());
    }

    [Fact]
    public async Task A_name_moves_to_the_image_that_got_it_last()
    {
        OciLayout layout = await CreateAsync();
        Image old = TestImages.Create("old");
        Image renewed = TestImages.Create("new");
        await layout.AddImageAsync(old, Reference.Parse("app:1"), Ct);
        await layout.AddImageAsync(old, Reference.Parse("app:2"), Ct);
        await layout.AddImageAsync(renewed, Reference.Parse("app:1"), Ct);
        Assert.Equal(renewed.Descriptor.Digest, (await layout.FindAsync(Reference.Parse("app:1"), Ct))?.Digest);
        Assert.Equal(old.Descriptor.Digest, (await layout.FindAsync(Reference.Parse("app:2"), Ct))?.Digest);
        Assert.Equal(2, (await layout.ReadIndexAsync(Ct)).Manifests.Length);
    }

    [Fact]
    public async Task A_name_that_is_taken_away_takes_no_other_name_with_it()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("image");
        await layout.AddImageAsync(image, Reference.Parse("app:1"), Ct);
        await layout.AddImageAsync(image, Reference.Parse("app:2"), Ct);
        Assert.True(await layout.UntagAsync(Reference.Parse("app:1"), Ct));
        Assert.False(await layout.UntagAsync(Reference.Parse("app:1"), Ct));
        Assert.Null(await layout.FindAsync(Reference.Parse("app:1"), Ct));
        Assert.NotNull(await layout.FindAsync(Reference.Parse("app:2"), Ct));
    }

    [Fact]
    public async Task An_unnamed_entry_is_replaced_by_a_named_one()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("image");
        await layout.AddImageAsync(image, null, Ct);
        await layout.AddImageAsync(image, null, Ct);
        await layout.AddImageAsync(image, Reference.Parse("app"), Ct);
        Assert.Single((await layout.ReadIndexAsync(Ct)).Manifests);
        Assert.Equal(image.Descriptor.Digest, (await layout.GetOnlyImageAsync(Platform.LinuxAmd64, Ct)).Descriptor.Digest);
    }

    [Fact]
    public async Task The_only_image_must_be_the_only_one()
    {
        OciLayout layout = await CreateAsync();
        await Assert.ThrowsAsync<ImageNotFoundException>(() => layout.GetOnlyImageAsync(Platform.LinuxAmd64, Ct));
        await layout.TagAsync(await AddIndexAsync(layout, []), Reference.Parse("a"), Ct);
        await layout.AddImageAsync(TestImages.Create("b"), Reference.Parse("b"), Ct);
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => layout.GetOnlyImageAsync(Platform.LinuxAmd64, Ct));
        Assert.EndsWith("one of them must be named; it has docker.io/library/a:latest, docker.io/library/b:latest", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_in_an_index_gives_the_image_for_the_platform()
    {
        OciLayout layout = await CreateAsync();
        Image amd64 = TestImages.Create(Platform.LinuxAmd64, "amd64");
        Image arm64 = TestImages.Create(Platform.LinuxArm64, "arm64");
        await layout.AddImageAsync(amd64, null, Ct);
        await layout.AddImageAsync(arm64, null, Ct);
        Descriptor inner = await AddIndexAsync(layout, [amd64.Descriptor, arm64.Descriptor]);
        await layout.TagAsync(await AddIndexAsync(layout, [inner]), Reference.Parse("multi"), Ct);
        Image found = await layout.GetImageAsync(Reference.Parse("multi"), Platform.LinuxArm64, Ct);
        Assert.Equal(arm64.Descriptor.Digest, found.Descriptor.Digest);
        Image pinned = await layout.GetImageAsync(Reference.Parse("whatever").WithDigest(amd64.Descriptor.Digest), Platform.LinuxArm64, Ct);
        Assert.Equal(amd64.Descriptor.Digest, pinned.Descriptor.Digest);
    }

    [Fact]
    public async Task A_manifest_within_an_index_is_found_by_its_digest()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("inner");
        await layout.AddImageAsync(image, Reference.Parse("temporary"), Ct);
        await layout.TagAsync(await AddIndexAsync(layout, [image.Descriptor]), Reference.Parse("multi"), Ct);
        await layout.UntagAsync(Reference.Parse("temporary"), Ct);
        Image found = await layout.GetImageAsync(Reference.Parse("multi").WithDigest(image.Descriptor.Digest), Platform.LinuxAmd64, Ct);
        Assert.Equal(image.ManifestBytes, found.ManifestBytes);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => layout.GetImageAsync(Reference.Parse("multi").WithDigest(Digest.OfBytes("x"u8)), Platform.LinuxAmd64, Ct));
    }

    [Fact]
    public async Task A_layout_that_names_its_images_by_tag_alone_is_understood()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("foreign");
        await layout.AddImageAsync(image, null, Ct);
        string index = await File.ReadAllTextAsync(_directory["index.json"], Ct);
        await File.WriteAllTextAsync(_directory["index.json"], index.Replace("\"size\":", "\"annotations\":{\"org.opencontainers.image.ref.name\":\"3.20\"},\"size\":", StringComparison.Ordinal), Ct);
        Assert.Equal(image.Descriptor.Digest, (await layout.FindAsync(Reference.Parse("registry.example/alpine:3.20"), Ct))?.Digest);
        Assert.Equal(image.Descriptor.Digest, (await layout.FindByRefNameAsync("3.20", Ct))?.Digest);
        Assert.Null(await layout.FindAsync(Reference.Parse("registry.example/alpine:3.21"), Ct));
    }

    [Fact]
    public async Task What_others_wrote_into_the_index_stays_when_a_name_is_added()
    {
        OciLayout layout = await CreateAsync();
        Digest foreign = Digest.OfBytes("foreign"u8);
        string entry = $$"""{"mediaType":"application/x","digest":"{{foreign}}","size":3,"x.vendor":{"a":1},"annotations":{"b":"c"} }""";
        await File.WriteAllTextAsync(_directory["index.json"], $$"""{"schemaVersion":2,"manifests":[{{entry}}],"x.top":true}""", Ct);
        await layout.AddImageAsync(TestImages.Create("new"), Reference.Parse("new"), Ct);
        string index = await File.ReadAllTextAsync(_directory["index.json"], Ct);
        Assert.Contains("\"x.vendor\":{\"a\":1}", index, StringComparison.Ordinal);
        Assert.Contains("\"x.top\":true", index, StringComparison.Ordinal);
        Assert.Contains("\"annotations\":{\"b\":\"c\"}", index, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_is_replaced_while_it_is_opened_is_read_whole()
    {
        ImageIndex index = await new LayoutReader(new ChangingFiles()).ReadIndexAsync(Ct);
        Assert.Empty(index.Manifests);
    }

    [Fact]
    public async Task A_blob_whose_file_was_changed_is_refused()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("damaged");
        await layout.AddImageAsync(image, Reference.Parse("app"), Ct);
        Descriptor blob = image.Layers[0].Blob;
        await File.WriteAllBytesAsync(layout.PathOf(blob.Digest), new byte[blob.Size], Ct);
        await using Stream stream = await layout.OpenBlobAsync(blob, Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => stream.CopyToAsync(Stream.Null, Ct));
        await File.WriteAllBytesAsync(layout.PathOf(image.Manifest.Config.Digest), new byte[image.ConfigBytes.Length], Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.GetImageAsync(Reference.Parse("app"), Platform.LinuxAmd64, Ct));
    }

    [Fact]
    public async Task A_link_out_of_the_layout_is_not_followed()
    {
        OciLayout layout = await CreateAsync("layout/");
        byte[] secret = Encoding.UTF8.GetBytes("outside");
        Descriptor blob = Descriptor.Of("a", secret);
        await File.WriteAllBytesAsync(_directory["secret"], secret, Ct);
        File.CreateSymbolicLink(layout.PathOf(blob.Digest), _directory["secret"]);
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.OpenBlobAsync(blob, Ct));
        File.Delete(layout.PathOf(blob.Digest));
        await File.WriteAllBytesAsync(_directory["layout/inside"], secret, Ct);
        File.CreateSymbolicLink(layout.PathOf(blob.Digest), "../../inside");
        await using Stream stream = await layout.OpenBlobAsync(blob, Ct);
        await stream.CopyToAsync(Stream.Null, Ct);
    }

    [Fact]
    public async Task Blobs_directory_that_is_a_link_out_of_the_layout_is_not_followed()
    {
        OciLayout layout = await CreateAsync("layout");
        Image image = TestImages.Create("moved");
        await layout.AddImageAsync(image, Reference.Parse("app"), Ct);
        Directory.Move(_directory["layout/blobs"], _directory["elsewhere"]);
        Directory.CreateSymbolicLink(_directory["layout/blobs"], _directory["elsewhere"]);
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.GetImageAsync(Reference.Parse("app"), Platform.LinuxAmd64, Ct));
    }

    [Fact]
    public async Task A_blob_appears_when_it_is_committed_and_not_before()
    {
        OciLayout layout = await CreateAsync();
        byte[] content = TestImages.Noise(100_000);
        Descriptor expected = Descriptor.Of("application/x", content);
        await using (BlobWriter abandoned = layout.CreateBlob())
            await abandoned.Stream.WriteAsync(content, Ct);
        await using (BlobWriter writer = layout.CreateBlob())
        {
            await writer.Stream.WriteAsync(content.AsMemory(0, 50_000), Ct);
            writer.Stream.Write(content.AsSpan(50_000));
            Assert.False(layout.HasBlob(expected));
            Assert.Equal(expected, await writer.CommitAsync("application/x", Ct));
        }
        Assert.True(layout.HasBlob(expected));
        Assert.Equal(expected.Digest.Hex, Path.GetFileName(Assert.Single(Directory.GetFiles(_directory["blobs/sha256"]))));
    }

    [Fact]
    public async Task Content_that_is_not_what_was_announced_is_not_added()
    {
        OciLayout layout = await CreateAsync();
        Descriptor blob = Descriptor.Of("a", "right"u8);
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.AddBlobAsync(blob, new MemoryStream("wrong"u8.ToArray()), Ct));
        Assert.Empty(Directory.GetFiles(_directory["blobs/sha256"]));
        await layout.AddBlobAsync(blob, new MemoryStream("right"u8.ToArray()), Ct);
        Assert.True(layout.HasBlob(blob));
    }

    [Fact]
    public async Task A_blob_with_a_sha512_digest_has_a_directory_of_its_own()
    {
        OciLayout layout = await CreateAsync();
        Digest digest = Digest.Parse("sha512:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData("right"u8)));
        Descriptor blob = new() { MediaType = "a", Digest = digest, Size = 5 };
        await layout.AddBlobAsync(blob, new MemoryStream("right"u8.ToArray()), Ct);
        await using Stream stream = await layout.OpenBlobAsync(blob, Ct);
        await stream.CopyToAsync(Stream.Null, Ct);
        Assert.True(File.Exists(_directory[$"blobs/sha512/{digest.Hex}"]));
    }

    [Fact]
    public async Task A_file_is_taken_over_by_renaming()
    {
        OciLayout layout = await CreateAsync("layout");
        await File.WriteAllTextAsync(_directory["file"], "content", Ct);
        Descriptor blob = Descriptor.Of("a", "content"u8);
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.AddFileAsync(blob with { Size = 3 }, _directory["file"], Ct));
        await layout.AddFileAsync(blob, _directory["file"], Ct);
        Assert.False(File.Exists(_directory["file"]));
        Assert.True(layout.HasBlob(blob));
    }

    [Fact]
    public async Task A_file_is_taken_over_beside_those_that_other_processes_write()
    {
        OciLayout layout = await CreateAsync("layout");
        Directory.CreateDirectory(_directory["layout/blobs/sha256"]);
        string[] others = [.. Enumerable.Range(1, 2000).Select(i => _directory[$"layout/blobs/sha256/.new-{i}"])];
        foreach (string other in others)
            await File.WriteAllTextAsync(other, "another's", Ct);
        await File.WriteAllTextAsync(_directory["file"], "content", Ct);
        Descriptor blob = Descriptor.Of("a", "content"u8);
        await layout.AddFileAsync(blob, _directory["file"], Ct);
        Assert.Equal("content", await File.ReadAllTextAsync(layout.PathOf(blob.Digest), Ct));
        Assert.All(others, static other => Assert.Equal("another's", File.ReadAllText(other)));
    }

    [Fact]
    public async Task Pruning_removes_what_no_name_leads_to_and_nothing_else()
    {
        OciLayout layout = await CreateAsync();
        Image kept = TestImages.Create("shared", "kept");
        Image dropped = TestImages.Create("shared", "dropped");
        await layout.AddImageAsync(kept, null, Ct);
        await layout.TagAsync(await AddIndexAsync(layout, [kept.Descriptor, TestImages.Create("never fetched").Descriptor]), Reference.Parse("kept"), Ct);
        await layout.UntagAsync(Reference.Parse("x").WithDigest(kept.Descriptor.Digest), Ct);
        await layout.AddImageAsync(dropped, Reference.Parse("dropped"), Ct);
        await layout.UntagAsync(Reference.Parse("dropped"), Ct);
        Descriptor spared = Descriptor.Of("a", "spared"u8);
        await layout.AddBlobAsync(spared, new MemoryStream("spared"u8.ToArray()), Ct);
        await File.WriteAllTextAsync(_directory["blobs/sha256/README"], "not ours", Ct);
        await File.WriteAllTextAsync(_directory["blobs/sha256/.new-12345678"], "left by a dead process", Ct);

        PruneResult early = await layout.PruneAsync(ImmutableHashSet<Digest>.Empty, DateTimeOffset.UnixEpoch, Ct);
        PruneResult result = await layout.PruneAsync(ImmutableHashSet.Create(spared.Digest), null, Ct);

        Assert.Empty(early.Removed);
        Assert.Equal(new[] { dropped.Layers[1].Blob.Digest, dropped.Manifest.Config.Digest, dropped.Descriptor.Digest }.Order(), result.Removed);
        Assert.Equal(dropped.Layers[1].Blob.Size + dropped.ConfigBytes.Length + dropped.ManifestBytes.Length, result.FreedBytes);
        Assert.True(layout.HasBlob(spared));
        Assert.True(File.Exists(_directory["blobs/sha256/README"]));
        Assert.Empty(Directory.GetFiles(_directory["blobs/sha256"], ".new-*"));
        Image found = await layout.GetImageAsync(Reference.Parse("kept"), Platform.LinuxAmd64, Ct);
        Assert.All(found.Layers, l => Assert.True(layout.HasBlob(l.Blob)));
    }

    [Fact]
    public async Task Pruning_leaves_a_blob_that_is_being_written()
    {
        OciLayout layout = await CreateAsync();
        await using BlobWriter writer = layout.CreateBlob();
        await writer.Stream.WriteAsync("content"u8.ToArray(), Ct);
        await layout.PruneAsync(ImmutableHashSet<Digest>.Empty, null, Ct);
        Assert.True(layout.HasBlob(await writer.CommitAsync("a", Ct)));
    }

    [Fact]
    public async Task Pruning_removes_nothing_when_a_manifest_is_damaged()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("damaged");
        await layout.AddImageAsync(image, Reference.Parse("app"), Ct);
        await File.WriteAllBytesAsync(layout.PathOf(image.Descriptor.Digest), new byte[image.ManifestBytes.Length], Ct);
        int before = Directory.GetFiles(_directory["blobs/sha256"]).Length;
        await Assert.ThrowsAsync<InvalidImageException>(() => layout.PruneAsync(ImmutableHashSet<Digest>.Empty, null, Ct));
        Assert.Equal(before, Directory.GetFiles(_directory["blobs/sha256"]).Length);
    }

    [Fact]
    public async Task Names_given_at_the_same_time_are_all_kept()
    {
        OciLayout layout = await CreateAsync();
        Image image = TestImages.Create("busy");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => layout.AddImageAsync(image, Reference.Parse($"app:{i}"), Ct)));
        Assert.Equal(20, (await layout.ReadIndexAsync(Ct)).Manifests.Length);
    }

    [Fact]
    public async Task Two_objects_for_one_directory_share_the_lock_that_they_are_given()
    {
        int holders = 0;
        using SemaphoreSlim process = new(1);
        OciLayoutOptions options = Quick with
        {
            Lock = async ct =>
            {
                await process.WaitAsync(ct);
                Assert.Equal(1, Interlocked.Increment(ref holders));
                return new Release(() =>
                {
                    Interlocked.Decrement(ref holders);
                    process.Release();
                });
            },
        };
        OciLayout[] layouts = [await OciLayout.CreateAsync(_directory.Path, options, Ct), await OciLayout.CreateAsync(_directory.Path, options, Ct)];
        Image image = TestImages.Create("busy");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => layouts[i % 2].AddImageAsync(image, Reference.Parse($"app:{i}"), Ct)));
        Assert.Equal(20, (await layouts[0].ReadIndexAsync(Ct)).Manifests.Length);
    }

    [Fact]
    public async Task A_lock_that_fails_does_not_keep_the_turn()
    {
        bool fails = true;
        OciLayoutOptions options = Quick with { Lock = _ => fails ? throw new IOException("locked") : ValueTask.FromResult<IAsyncDisposable>(new Release(static () => { })) };
        await Assert.ThrowsAsync<IOException>(() => OciLayout.CreateAsync(_directory.Path, options, Ct));
        fails = false;
        OciLayout layout = await OciLayout.CreateAsync(_directory.Path, options, Ct);
        fails = true;
        await Assert.ThrowsAsync<IOException>(() => layout.TagAsync(Descriptor.Of("a", []), null, Ct));
        fails = false;
        await layout.TagAsync(Descriptor.Of("a", []), null, Ct);
    }

    [Fact]
    public async Task Skopeo_and_umoci_read_our_layout_in_place()
    {
        Tool.Require("skopeo");
        Tool.Require("umoci");
        OciLayout layout = await CreateAsync("layout");
        Image image = TestImages.Create("file1", "file2");
        await layout.AddImageAsync(image, Reference.Parse("registry.example/team/app:1.0"), Ct);
        string digest = await Tool.RunAsync("skopeo", "inspect", "--format", "{{.Digest}}", $"oci:{layout.Path}:registry.example/team/app:1.0");
        Assert.Equal(image.Descriptor.Digest.Value, digest.Trim());
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci:{layout.Path}:registry.example/team/app:1.0", $"oci:{_directory["copy"]}:1.0");
        OciLayout copy = await OciLayout.OpenAsync(_directory["copy"], ct: Ct);
        Image copied = await copy.GetImageAsync(Reference.Parse("registry.example/team/app:1.0"), Platform.LinuxAmd64, Ct);
        Assert.Equal(image.ManifestBytes, copied.ManifestBytes);
        await layout.TagAsync(image.Descriptor, null, Ct);
        string listed = await Tool.RunAsync("umoci", "ls", "--layout", layout.Path);
        Assert.Contains("registry.example/team/app:1.0", listed, StringComparison.Ordinal);
        await Tool.RunAsync("umoci", "unpack", "--rootless", "--image", $"{_directory["copy"]}:1.0", _directory["bundle"]);
        Assert.Equal("content of file2\n", await File.ReadAllTextAsync(_directory["bundle/rootfs/file2"], Ct));
    }

    private static async Task<Descriptor> AddIndexAsync(OciLayout layout, ImmutableArray<Descriptor> manifests)
    {
        byte[] content = OciJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = manifests });
        Descriptor index = Descriptor.Of(MediaTypes.OciIndex, content);
        await layout.AddBlobAsync(index, new MemoryStream(content), Ct);
        return index;
    }

    private Task<OciLayout> CreateAsync(string name = "") => OciLayout.CreateAsync(_directory[name], Quick, Ct);

    private sealed class ChangingFiles : ILayoutFiles
    {
        public string Place => "here";

        public long? SizeOf(string path) => 3; // as it was a moment ago

        public Stream Open(string path) => new MemoryStream(path == LayoutPaths.Marker
            ? LayoutPaths.MarkerContent.ToArray()
            : """{"schemaVersion":2,"manifests":[]}"""u8.ToArray());
    }

    private sealed class Release(Action release) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            release();
            return ValueTask.CompletedTask;
        }
    }
}
