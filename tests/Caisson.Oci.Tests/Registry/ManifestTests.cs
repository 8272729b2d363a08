using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Manifests from a server that does not serve what it should.</summary>
public sealed class ManifestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manifest_that_is_not_the_one_pinned_is_refused()
    {
        Image image = TestImages.Create("a");
        byte[] other = TestImages.Create("b").ManifestBytes.ToArray();
        await using ScriptedRegistry registry = Serving(MediaTypes.OciManifest, other);
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1").WithDigest(image.Descriptor.Digest), Ct));
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
        await Assert.ThrowsAsync<InvalidImageException>(() =>
            new RegistrySource(client).GetImageAsync(registry.Reference("app:1").WithDigest(image.Descriptor.Digest), Platform.LinuxAmd64, Ct));
    }

    [Fact]
    public async Task A_manifest_whose_digest_the_server_states_otherwise_is_refused()
    {
        Image image = TestImages.Create("a");
        await using ScriptedRegistry registry = Serving(MediaTypes.OciManifest, image.ManifestBytes.ToArray(), $"Docker-Content-Digest: {Digest.OfBytes("b"u8)}");
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
    }

    [Fact]
    public async Task A_manifest_larger_than_four_mebibytes_is_not_read_to_its_end()
    {
        await using ScriptedRegistry stated = new(static async exchange =>
        {
            await exchange.StartAsync(200, $"Content-Type: {MediaTypes.OciManifest}\nContent-Length: {1L << 40}");
            return true;
        });
        await using ScriptedRegistry unstated = new(static async exchange =>
        {
            await exchange.StartAsync(200, $"Content-Type: {MediaTypes.OciManifest}\nConnection: close");
            while (true) // ends when the client has gone
                await exchange.WriteAsync(new byte[1 << 16]);
        });
        using RegistryClient client = new(new RegistryOptions());
        foreach (ScriptedRegistry registry in new[] { stated, unstated })
        {
            RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
            Assert.Equal(RegistryErrorKind.TooLarge, e.Kind);
        }
    }

    [Fact]
    public async Task Indexes_nested_without_end_are_refused()
    {
        await using ScriptedRegistry registry = new();
        Descriptor inner = Descriptor.Of(MediaTypes.OciIndex, "{}"u8);
        for (int depth = 0; depth < 10; depth++)
            inner = registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [inner] }), "1");
        using RegistryClient client = new(new RegistryOptions());
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => client.PullAsync(registry.Reference("app:1"), Platform.LinuxAmd64, Ct));
        Assert.Contains("nested more than 4 deep", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_leads_through_many_documents_is_given_up()
    {
        await using ScriptedRegistry registry = new();
        Descriptor[] empty = [.. Enumerable.Range(0, 100).Select(i => registry.AddManifest(MediaTypes.OciIndex,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[],"annotations":{"n":"{{i}}"} }""")))];
        registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [.. empty] }), "1");
        using RegistryClient client = new(new RegistryOptions());
        await Assert.ThrowsAsync<InvalidImageException>(() => client.PullAsync(registry.Reference("app:1"), Platform.LinuxAmd64, Ct));
        Assert.True(registry.Requests.Count < 70);
    }

    [Fact]
    public async Task A_nested_index_without_platforms_is_searched()
    {
        await using ScriptedRegistry registry = new();
        Image image = TestImages.Create("nested");
        await registry.AddImageAsync(image, "x");
        Descriptor inner = registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [image.Descriptor] }));
        registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [inner] }), "1");
        using RegistryClient client = new(new RegistryOptions());
        Assert.Equal(image.Descriptor.Digest, (await client.PullAsync(registry.Reference("app:1"), Platform.LinuxAmd64, Ct)).Descriptor.Digest);
    }

    [Fact]
    public async Task Attestations_in_an_index_are_not_mistaken_for_images()
    {
        await using ScriptedRegistry registry = new();
        Image image = TestImages.Create("attested");
        await registry.AddImageAsync(image, "x");
        Descriptor attestation = Descriptor.Of(MediaTypes.OciManifest, "{}"u8) with { Platform = new Platform { Os = "unknown", Architecture = "unknown" } };
        registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [attestation, image.Descriptor] }), "1");
        using RegistryClient client = new(new RegistryOptions());
        Assert.Equal(image.Descriptor.Digest, (await client.PullAsync(registry.Reference("app:1"), Platform.LinuxAmd64, Ct)).Descriptor.Digest);
        ImageNotFoundException e = await Assert.ThrowsAsync<ImageNotFoundException>(() => client.PullAsync(registry.Reference("app:1"), Platform.LinuxArm64, Ct));
        Assert.EndsWith("it has linux/amd64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_served_as_plain_json_is_recognised_by_its_fields()
    {
        Image image = TestImages.Create("plain");
        await using ScriptedRegistry registry = Serving("application/json", image.ManifestBytes.ToArray());
        using RegistryClient client = new(new RegistryOptions());
        Assert.Equal(MediaTypes.OciManifest, (await client.GetManifestAsync(registry.Reference("app:1"), Ct)).Descriptor.MediaType);
        Assert.Equal(image.Descriptor.Digest, (await client.ResolveAsync(registry.Reference("app:1"), Ct)).Digest);
    }

    [Fact]
    public async Task A_digest_of_another_algorithm_than_the_servers_is_as_good()
    {
        Image image = TestImages.Create("sha512");
        byte[] manifest = image.ManifestBytes.ToArray();
        Digest wanted = Digest.Parse("sha512:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(manifest)));
        await using ScriptedRegistry registry = new(async exchange =>
        {
            await exchange.RespondAsync(200, $"Content-Type: {MediaTypes.OciManifest}\nDocker-Content-Digest: {image.Descriptor.Digest}", manifest);
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        Assert.Equal(wanted, (await client.ResolveAsync(registry.Reference("app").WithDigest(wanted), Ct)).Digest);
    }

    [Fact]
    public async Task A_head_that_says_too_little_is_followed_by_a_get()
    {
        Image image = TestImages.Create("head");
        await using ScriptedRegistry registry = Serving(MediaTypes.OciManifest, image.ManifestBytes.ToArray());
        using RegistryClient client = new(new RegistryOptions());
        Assert.Equal(image.Descriptor.Digest, (await client.ResolveAsync(registry.Reference("app:1"), Ct)).Digest);
        Assert.Equal(["HEAD", "GET"], registry.Requests.Select(static r => r.Method));
    }

    [Fact]
    public async Task A_document_that_is_manifest_and_index_at_once_is_refused()
    {
        await using ScriptedRegistry registry = Serving(MediaTypes.OciIndex, Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[],"config":{},"layers":[]}"""));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
    }

    [Fact]
    public async Task A_registry_that_stores_another_digest_than_was_sent_is_caught()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            if (exchange.Method != "PUT" || !exchange.Path.Contains("/manifests/", StringComparison.Ordinal))
                return false;
            await exchange.RespondAsync(201, $"Docker-Content-Digest: {Digest.OfBytes("b"u8)}");
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.PushAsync(TestImages.Create("a"), registry.Reference("app:1"), ct: Ct));
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
    }

    [Fact]
    public async Task The_next_page_of_a_list_is_taken_from_the_same_host_only()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            string headers = exchange.Target.Contains("last=b", StringComparison.Ordinal) ? "Link: <http://127.0.0.2:1/v2/app/tags/list?last=c>; rel=\"next\"" : "Link: </v2/app/tags/list?last=b&n=2>; rel=\"next\"";
            await exchange.RespondAsync(200, headers, """{"name":"app","tags":["a",null,"b"]}""");
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        List<string> tags = [];
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(async () =>
        {
            await foreach (string tag in client.ListTagsAsync(registry.Reference("app"), Ct))
                tags.Add(tag);
        });
        Assert.Equal(["a", "b"], tags);
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
    }

    private static ScriptedRegistry Serving(string mediaType, byte[] content, string headers = "") => new(async exchange =>
    {
        await exchange.RespondAsync(200, $"Content-Type: {mediaType}\n{headers}", content);
        return true;
    });
}
