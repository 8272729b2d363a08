using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>What belongs to an image, at registries that keep the list and at those that do not.</summary>
public sealed class ReferrersTests(PlainRegistry plain) : IClassFixture<PlainRegistry>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_list_at_the_registry_one_is_kept_under_a_tag()
    {
        using RegistryClient client = new(new RegistryOptions());
        Reference name = Reference.Parse($"{plain.Authority}/referrers/app:1");
        Image image = TestImages.Create("subject");
        await client.PushAsync(image, name, ct: Ct);
        Assert.Empty(await client.ListReferrersAsync(name, ct: Ct));
        Descriptor signature = await PushArtifactAsync(client, name, image.Descriptor, "application/x.signature");
        Descriptor list = await PushArtifactAsync(client, name, image.Descriptor, "application/x.sbom");
        await PushArtifactAsync(client, name, image.Descriptor, "application/x.sbom"); // the same once more
        Assert.Equal([signature.Digest, list.Digest], (await client.ListReferrersAsync(name, ct: Ct)).Select(static d => d.Digest));
        Descriptor found = Assert.Single(await client.ListReferrersAsync(name, "application/x.sbom", Ct));
        Assert.Equal((list.Digest, "application/x.sbom", "b"), (found.Digest, found.ArtifactType, found.Annotations?["a"]));
        RegistryManifest tagged = await client.GetManifestAsync(Reference.Parse($"{name.Name}:sha256-{image.Descriptor.Digest.Hex}"), Ct);
        Assert.Equal(MediaTypes.OciIndex, tagged.Descriptor.MediaType);
    }

    [Fact]
    public async Task A_list_under_a_tag_is_written_from_what_the_registry_has_and_not_from_what_a_mirror_has()
    {
        await using ScriptedRegistry own = new();
        await using ScriptedRegistry stale = new();
        Reference name = own.Reference("app:1");
        Descriptor subject = Artifact("subject", "x/a");
        using RegistryClient before = new(new RegistryOptions());
        Descriptor first = await PushArtifactAsync(before, name, subject, "x/first");
        stale.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [] }), $"sha256-{subject.Digest.Hex}");
        RegistryRule rule = new(own.Authority) { Mirrors = [new RegistryMirror(stale.Authority)] };
        using RegistryClient client = new(new RegistryOptions { Settings = new RegistrySettings([rule]) });
        Descriptor second = await PushArtifactAsync(client, name, subject, "x/second");
        Assert.Equal([first.Digest, second.Digest], (await client.ListReferrersAsync(name.WithDigest(subject.Digest), ct: Ct)).Select(static d => d.Digest));
    }

    [Fact]
    public async Task A_registry_that_keeps_the_list_is_asked_page_by_page_and_gets_no_tag()
    {
        Descriptor first = Artifact("one", "x/a");
        Descriptor second = Artifact("two", "x/b");
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (exchange.Method == "PUT" && exchange.Path.Contains("/manifests/", StringComparison.Ordinal))
            {
                await exchange.RespondAsync(201, $"OCI-Subject: {Digest.OfBytes("s"u8)}");
                return true;
            }
            if (!exchange.Path.Contains("/referrers/", StringComparison.Ordinal))
                return false;
            bool isFirst = !exchange.Target.Contains("page=2", StringComparison.Ordinal);
            string link = isFirst ? $"Link: </next>; rel=\"help\", <{exchange.Path}?page=2>; title=\"a, <b>\"; rel=\"last next\"" : "";
            await exchange.RespondAsync(200, $"Content-Type: {MediaTypes.OciIndex}\n{link}", OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [isFirst ? first : second] }));
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        Reference subject = registry.Reference("app").WithDigest(Digest.OfBytes("s"u8));
        Assert.Equal([first.Digest, second.Digest], (await client.ListReferrersAsync(subject, ct: Ct)).Select(static d => d.Digest));
        Assert.Equal(second.Digest, Assert.Single(await client.ListReferrersAsync(subject, "x/b", Ct)).Digest);
        int before = registry.Requests.Count;
        await PushArtifactAsync(client, registry.Reference("app"), first, "x/a");
        Assert.DoesNotContain(registry.Requests.Skip(before), static r => r.Target.Contains("/manifests/sha256-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tag_and_a_manifest_and_a_blob_are_removed()
    {
        using RegistryClient client = new(new RegistryOptions());
        Reference name = Reference.Parse($"{plain.Authority}/removed/app:1");
        Image image = TestImages.Create("removed");
        await client.PushAsync(image, name, ct: Ct);
        await client.DeleteManifestAsync(name.WithoutTag().WithDigest(image.Descriptor.Digest), Ct);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(name, Ct));
        Assert.Equal(RegistryErrorKind.NotFound, e.Kind);
        Assert.True(await client.HasBlobAsync(name, image.Layers[0].Blob.Digest, Ct));
        await client.DeleteBlobAsync(name, image.Layers[0].Blob.Digest, Ct);
        Assert.False(await client.HasBlobAsync(name, image.Layers[0].Blob.Digest, Ct));
        // What is no longer there whole is pushed whole again.
        await client.PushAsync(image, name, ct: Ct);
        Assert.Equal(image.Descriptor.Digest, (await client.ResolveAsync(name, Ct)).Digest);
    }

    [Fact]
    public async Task An_image_that_is_there_under_its_name_costs_one_request()
    {
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("same", "again");
        await client.PushAsync(image, registry.Reference("app:1"), ct: Ct);
        int before = registry.Requests.Count;
        using RegistryClient second = new(new RegistryOptions());
        Descriptor pushed = await second.PushAsync(image, registry.Reference("app:1"), ct: Ct);
        Assert.Equal(image.Descriptor.Digest, pushed.Digest);
        Assert.Equal(["HEAD /v2/app/manifests/1"], registry.Requests.Skip(before).Select(static r => r.ToString()));
    }

    [Fact]
    public async Task A_break_while_looking_whether_an_image_is_there_does_not_end_the_push()
    {
        bool broke = false;
        await using ScriptedRegistry registry = new(exchange =>
        {
            if (broke || exchange.Method != "HEAD" || !exchange.Path.Contains("/manifests/", StringComparison.Ordinal))
                return Task.FromResult(false);
            broke = true;
            exchange.Reset();
            return Task.FromResult(true);
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await client.PushAsync(TestImages.Create("pushed"), registry.Reference("app:1"), ct: Ct);
        Assert.True(broke);
    }

    [Fact]
    public async Task Offline_nothing_is_asked()
    {
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions { IsOffline = true });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.Offline, e.Kind);
        Assert.Empty(registry.Requests);
    }

    private static Descriptor Artifact(string content, string type) =>
        Descriptor.Of(MediaTypes.OciManifest, System.Text.Encoding.UTF8.GetBytes(content)) with { ArtifactType = type };

    private static async Task<Descriptor> PushArtifactAsync(RegistryClient client, Reference name, Descriptor subject, string type)
    {
        BytesSource source = new();
        Descriptor empty = source.Add("application/vnd.oci.empty.v1+json", "{}"u8.ToArray());
        await client.PushBlobAsync(name, empty, source, Ct);
        byte[] manifest = OciJson.Write(new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = type,
            Config = empty,
            Layers = [empty],
            Subject = subject with { Platform = null },
            Annotations = ImmutableSortedDictionary<string, string>.Empty.Add("a", "b"),
        });
        Descriptor artifact = Descriptor.Of(MediaTypes.OciManifest, manifest);
        return await client.PushManifestAsync(name.WithoutTag().WithDigest(artifact.Digest), MediaTypes.OciManifest, manifest, Ct);
    }
}
