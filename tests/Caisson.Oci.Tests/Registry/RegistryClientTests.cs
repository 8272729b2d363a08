using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Against a real registry.</summary>
public sealed class RegistryClientTests(PlainRegistry registry) : IClassFixture<PlainRegistry>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_was_pushed_is_pulled_byte_for_byte()
    {
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("one", "two");
        Reference target = Reference.Parse($"{registry.Authority}/round/trip:1.0");
        Descriptor pushed = await client.PushAsync(image, target, ct: Ct);
        Image pulled = await client.PullAsync(target, Platform.LinuxAmd64, Ct);
        Assert.Equal(image.Descriptor.Digest, pushed.Digest);
        Assert.Equal(image.ManifestBytes, pulled.ManifestBytes);
        Assert.Equal(image.ConfigBytes, pulled.ConfigBytes);
        await AssertLayersAsync(image, pulled);
    }

    [Fact]
    public async Task A_reference_is_resolved_by_tag_and_by_digest_without_fetching()
    {
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("resolve");
        Reference target = Reference.Parse($"{registry.Authority}/resolve");
        await client.PushAsync(image, target, ct: Ct);
        Descriptor byTag = await client.ResolveAsync(target, Ct);
        Descriptor byDigest = await client.ResolveAsync(target.WithDigest(image.Descriptor.Digest), Ct);
        Assert.Equal(image.Descriptor.Digest, byTag.Digest);
        Assert.Equal(image.Descriptor.Size, byTag.Size);
        Assert.Equal(MediaTypes.OciManifest, byTag.MediaType);
        Assert.Equal(byTag.Digest, byDigest.Digest);
    }

    [Fact]
    public async Task An_image_can_be_pushed_under_its_digest_alone()
    {
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("untagged");
        Reference target = Reference.Parse($"{registry.Authority}/untagged@{image.Descriptor.Digest}");
        await client.PushAsync(image, target, ct: Ct);
        Assert.Equal(image.ManifestBytes, (await client.GetManifestAsync(target, Ct)).Content);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(target.WithoutDigest(), Ct));
        Assert.Equal(RegistryErrorKind.NotFound, e.Kind);
    }

    [Fact]
    public async Task A_push_to_another_images_digest_is_refused_before_anything_is_sent()
    {
        using RegistryClient client = new(new RegistryOptions());
        Reference target = Reference.Parse($"{registry.Authority}/other@{Digest.OfBytes("other"u8)}");
        await Assert.ThrowsAsync<ArgumentException>(() => client.PushAsync(TestImages.Create("x"), target, ct: Ct));
    }

    [Fact]
    public async Task A_second_push_sends_no_blob()
    {
        OpenedBlobs opened = new();
        using RegistryClient client = new(new RegistryOptions());
        Image image = opened.Watch(TestImages.Create("again", "and", "again"));
        await client.PushAsync(image, Reference.Parse($"{registry.Authority}/again:1"), ct: Ct);
        Assert.Equal(2, opened.Blobs.Count); // "again" twice is one layer
        await client.PushAsync(image, Reference.Parse($"{registry.Authority}/again:2"), ct: Ct);
        Assert.Equal(2, opened.Blobs.Count);
    }

    [Fact]
    public async Task Layers_are_mounted_from_the_repository_they_were_pulled_from()
    {
        OpenedBlobs opened = new();
        using RegistryClient client = new(new RegistryOptions());
        Reference from = Reference.Parse($"{registry.Authority}/mount/from");
        Reference to = Reference.Parse($"{registry.Authority}/mount/to");
        await client.PushAsync(TestImages.Create("m1", "m2"), from, ct: Ct);
        Image pulled = await client.PullAsync(from, Platform.LinuxAmd64, Ct);
        await client.PushAsync(opened.Watch(pulled), to, ct: Ct);
        Assert.Empty(opened.Blobs);
        foreach (ImageLayer layer in pulled.Layers)
            Assert.True(await client.HasBlobAsync(to, layer.Blob.Digest, Ct));
    }

    [Fact]
    public async Task A_layer_is_mounted_from_a_repository_that_the_caller_names_and_sent_when_it_is_not_there()
    {
        OpenedBlobs opened = new();
        using RegistryClient client = new(new RegistryOptions());
        Image first = TestImages.Create("named");
        Image second = TestImages.Create("named", "not-there");
        Reference from = Reference.Parse($"{registry.Authority}/named/from");
        await client.PushAsync(first, from, ct: Ct);
        await client.PushAsync(opened.Watch(second), Reference.Parse($"{registry.Authority}/named/to"), [from], Ct);
        Assert.Equal([second.Layers[1].Blob.Digest], opened.Blobs);
    }

    [Fact]
    public async Task An_index_gives_the_image_for_the_platform()
    {
        using RegistryClient client = new(new RegistryOptions());
        Reference target = Reference.Parse($"{registry.Authority}/multi:1");
        Image amd64 = TestImages.Create(Platform.LinuxAmd64, "amd64");
        Image arm64 = TestImages.Create(Platform.LinuxArm64, "arm64");
        foreach (Image image in new[] { amd64, arm64 })
            await client.PushAsync(image, target.WithDigest(image.Descriptor.Digest).WithoutTag(), ct: Ct);
        byte[] index = OciJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [amd64.Descriptor, arm64.Descriptor] });
        await client.PushManifestAsync(target, MediaTypes.OciIndex, index, Ct);
        Image pulled = await client.PullAsync(target, Platform.LinuxArm64, Ct);
        Assert.Equal(arm64.Descriptor.Digest, pulled.Descriptor.Digest);
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => client.PullAsync(target, Platform.Parse("linux/s390x"), Ct));
        Assert.Contains("linux/amd64, linux/arm64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_and_repositories_are_listed_over_several_pages()
    {
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("list");
        foreach (string tag in new[] { "1.0", "1.1", "latest" })
            await client.PushAsync(image, Reference.Parse($"{registry.Authority}/list/tags:{tag}"), ct: Ct);
        List<string> tags = await client.ListTagsAsync(Reference.Parse($"{registry.Authority}/list/tags"), Ct).ToListAsync(Ct);
        List<string> repositories = await client.CatalogAsync(registry.Authority, Ct).ToListAsync(Ct);
        Assert.Equal(["1.0", "1.1", "latest"], tags.Order());
        Assert.Contains("list/tags", repositories);
    }

    [Fact]
    public async Task What_is_not_there_is_a_fact_that_names_host_and_repository()
    {
        using RegistryClient client = new(new RegistryOptions());
        Reference missing = Reference.Parse($"{registry.Authority}/no/such:thing");
        RegistryException manifest = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(missing, Ct));
        RegistryException tags = await Assert.ThrowsAsync<RegistryException>(async () => await client.ListTagsAsync(missing, Ct).ToListAsync(Ct));
        Assert.Equal(RegistryErrorKind.NotFound, manifest.Kind);
        Assert.False(manifest.IsTransient);
        Assert.StartsWith($"{registry.Authority} has no no/such:thing: manifest unknown (MANIFEST_UNKNOWN)", manifest.Message, StringComparison.Ordinal);
        Assert.True(tags.IsRepositoryUnknown);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => new RegistrySource(client).GetImageAsync(missing, Platform.LinuxAmd64, Ct));
        Descriptor blob = Descriptor.Of("a", "never pushed"u8);
        await Assert.ThrowsAsync<BlobNotFoundException>(() => client.BlobsOf(missing).OpenBlobAsync(blob, Ct));
        Assert.False(await client.HasBlobAsync(missing, blob.Digest, Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public async Task A_blob_larger_than_a_chunk_is_sent_in_chunks_and_comes_back_whole(int size)
    {
        using RegistryClient client = new(new RegistryOptions { MaxSingleUploadBytes = 100, ChunkSizeBytes = 300_000 });
        Reference repository = Reference.Parse($"{registry.Authority}/chunks");
        BytesSource source = new();
        byte[] content = TestImages.Noise(size);
        Descriptor blob = source.Add("application/octet-stream", content);
        await client.PushBlobAsync(repository, blob, source, Ct);
        await using Stream stream = await client.BlobsOf(repository).OpenBlobAsync(blob, Ct);
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, Ct);
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(1, source.TimesOpened(blob.Digest) + (size == 0 ? 1 : 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_to_a_real_registry_survives_a_broken_connection(bool chunks)
    {
        await using BreakingProxy proxy = new(registry.Authority, 2_500_000, upload: true);
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime(), MaxSingleUploadBytes = chunks ? 1 : 1 << 30, ChunkSizeBytes = 1 << 20 });
        BytesSource source = new();
        Descriptor blob = source.Add("application/octet-stream", TestImages.Noise(5_000_000 + (chunks ? 1 : 0)));
        Reference repository = Reference.Parse($"{proxy.Authority}/broken/upload");
        await client.PushBlobAsync(repository, blob, source, Ct);
        Assert.True(proxy.HasBroken);
        Assert.True(await client.HasBlobAsync(repository, blob.Digest, Ct));
    }

    [Fact]
    public async Task A_download_from_a_real_registry_survives_a_broken_connection()
    {
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        BytesSource source = new();
        byte[] content = TestImages.Noise(5_000_002);
        Descriptor blob = source.Add("application/octet-stream", content);
        await client.PushBlobAsync(Reference.Parse($"{registry.Authority}/broken/download"), blob, source, Ct);
        await using BreakingProxy proxy = new(registry.Authority, 2_500_000, upload: false);
        await using Stream stream = await client.BlobsOf(Reference.Parse($"{proxy.Authority}/broken/download")).OpenBlobAsync(blob, Ct);
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, Ct);
        Assert.Equal(content, copy.ToArray());
        Assert.True(proxy.HasBroken);
    }

    [Fact]
    public async Task Skopeo_reads_what_we_push_and_we_read_what_skopeo_pushes()
    {
        Tool.Require("skopeo");
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("skopeo1", "skopeo2");
        Reference ours = Reference.Parse($"{registry.Authority}/skopeo/ours:1");
        Reference theirs = Reference.Parse($"{registry.Authority}/skopeo/theirs:1");
        await client.PushAsync(image, ours, ct: Ct);
        string inspected = await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{ours}");
        await Tool.RunAsync("skopeo", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", "--format", "v2s2", $"docker://{ours}", $"docker://{theirs}");
        Image docker = await client.PullAsync(theirs, Platform.LinuxAmd64, Ct);
        Assert.Equal(image.Descriptor.Digest.Value, inspected.Trim());
        Assert.Equal(MediaTypes.DockerManifest, docker.Descriptor.MediaType);
        Assert.Equal(image.Config.RootFs.DiffIds, docker.Config.RootFs.DiffIds);
        await AssertLayersAsync(image, docker);
    }

    private static async Task AssertLayersAsync(Image expected, Image actual)
    {
        Assert.Equal(expected.Layers.Length, actual.Layers.Length);
        foreach ((ImageLayer one, ImageLayer other) in expected.Layers.Zip(actual.Layers))
        {
            Assert.Equal(one.Blob.Digest, other.Blob.Digest);
            await using Stream stream = await other.OpenAsync(Ct);
            await stream.CopyToAsync(Stream.Null, Ct); // verifies
        }
    }
}
