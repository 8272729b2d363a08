using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Registries that are asked in place of others.</summary>
public sealed class MirrorTests
{
    private static readonly Image Wanted = TestImages.Create("one", "two");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mirror_is_asked_under_the_path_that_is_set_for_it_and_the_registry_is_not()
    {
        await using ScriptedRegistry mirror = await HoldingAsync();
        using RegistryClient client = Client(Rule("registry.example/team") with { Mirrors = [new RegistryMirror($"{mirror.Authority}/copies/of")] });
        await ReadAsync(client, "registry.example/team/app:1");
        Assert.All(mirror.Requests, static r => Assert.StartsWith("/v2/copies/of/app/", r.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_mirror_lacks_or_has_wrong_comes_from_the_next_place()
    {
        await using ScriptedRegistry empty = new();
        await using ScriptedRegistry lying = new(static async exchange =>
        {
            await exchange.RespondAsync(200, $"Content-Type: {MediaTypes.OciManifest}", TestImages.Create("other").ManifestBytes.ToArray());
            return true;
        });
        await using ScriptedRegistry own = await HoldingAsync();
        using RegistryClient client = Client(Rule(own.Authority) with { Mirrors = [new RegistryMirror(empty.Authority), new RegistryMirror(lying.Authority)] });
        await ReadAsync(client, $"{own.Authority}/app@{Wanted.Descriptor.Digest}");
        Assert.NotEmpty(empty.Requests);
        Assert.NotEmpty(lying.Requests);
    }

    [Fact]
    public async Task A_mirror_that_is_down_is_asked_once_and_not_waited_for()
    {
        int asked = 0;
        await using ScriptedRegistry down = new(exchange =>
        {
            asked++;
            exchange.Reset();
            return Task.FromResult(true);
        });
        await using ScriptedRegistry own = await HoldingAsync();
        LeapingTime time = new();
        using RegistryClient client = Client(Rule(own.Authority) with { Mirrors = [new RegistryMirror(down.Authority)] }, time);
        await ReadAsync(client, $"{own.Authority}/app:1");
        Assert.Equal(2, asked);
        Assert.Single(time.Leaps);
    }

    [Fact]
    public async Task A_blob_that_breaks_off_at_a_mirror_goes_on_at_the_registry()
    {
        byte[] content = TestImages.Noise(300_000);
        await using ScriptedRegistry own = new();
        Descriptor blob = own.AddBlob(content);
        await using ScriptedRegistry breaking = new(async exchange =>
        {
            await exchange.StartAsync(exchange.RangeStart == 0 ? 200 : 500, $"Content-Length: {content.Length}");
            await exchange.WriteAsync(content[..100_000]);
            exchange.Reset();
            return true;
        });
        using RegistryClient client = Client(Rule(own.Authority) with { Mirrors = [new RegistryMirror(breaking.Authority)] });
        await using Stream stream = await client.BlobsOf(own.Reference("app")).OpenBlobAsync(blob, Ct);
        using MemoryStream read = new();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(content, read.ToArray());
        Assert.Equal("bytes=100000-", Assert.Single(own.Requests).Headers["Range"]);
    }

    [Theory]
    [InlineData(PullFrom.All, true, true)]
    [InlineData(PullFrom.DigestOnly, true, false)]
    [InlineData(PullFrom.TagOnly, false, true)]
    public async Task A_mirror_may_be_for_digests_or_for_tags_alone(PullFrom pullFrom, bool forDigest, bool forTag)
    {
        await using ScriptedRegistry mirror = await HoldingAsync();
        await using ScriptedRegistry own = await HoldingAsync();
        using RegistryClient client = Client(Rule(own.Authority) with { Mirrors = [new RegistryMirror(mirror.Authority, pullFrom)] });
        await client.GetManifestAsync(own.Reference("app").WithDigest(Wanted.Descriptor.Digest), Ct);
        Assert.Equal(forDigest ? 1 : 0, mirror.Requests.Count);
        await client.GetManifestAsync(own.Reference("app:1"), Ct);
        Assert.Equal((forDigest ? 1 : 0) + (forTag ? 1 : 0), mirror.Requests.Count);
    }

    [Theory]
    [InlineData("app:1")]
    [InlineData("app")]
    public async Task A_mirror_for_tags_is_asked_for_all_that_a_tag_stands_for(string name)
    {
        await using ScriptedRegistry mirror = await HoldingAsync();
        mirror.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [Wanted.Descriptor with { Platform = Platform.LinuxAmd64 }] }), "1");
        mirror.AddManifest(MediaTypes.OciManifest, Wanted.ManifestBytes.ToArray(), "latest");
        await using ScriptedRegistry own = new();
        using RegistryClient client = Client(Rule(own.Authority) with { Mirrors = [new RegistryMirror(mirror.Authority, PullFrom.TagOnly)] });
        await ReadAsync(client, $"{own.Authority}/{name}");
        Assert.Empty(own.Requests);
    }

    [Fact]
    public async Task Another_location_is_read_and_written_in_place_of_the_name_and_mirrors_are_not_written()
    {
        await using ScriptedRegistry mirror = new();
        await using ScriptedRegistry real = new();
        using RegistryClient client = Client(Rule("registry.example") with { Location = $"{real.Authority}/inner", Mirrors = [new RegistryMirror(mirror.Authority)] });
        await client.PushAsync(Wanted, Reference.Parse("registry.example/app:1"), ct: Ct);
        Assert.Empty(mirror.Requests);
        Assert.Contains(real.Requests, static r => r.ToString() == "PUT /v2/inner/app/manifests/1");
        await ReadAsync(client, "registry.example/app:1");
    }

    [Fact]
    public async Task What_is_blocked_is_neither_read_nor_written_whatever_mirrors_there_are()
    {
        await using ScriptedRegistry mirror = await HoldingAsync();
        using RegistryClient client = Client(Rule("registry.example/forbidden") with { IsBlocked = true, Mirrors = [new RegistryMirror(mirror.Authority)] });
        Reference reference = Reference.Parse("registry.example/forbidden/app:1");
        RegistryException read = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(reference, Ct));
        RegistryException written = await Assert.ThrowsAsync<RegistryException>(() => client.PushAsync(Wanted, reference, ct: Ct));
        Assert.Equal((RegistryErrorKind.Blocked, RegistryErrorKind.Blocked), (read.Kind, written.Kind));
        Assert.Equal("the registry configuration blocks registry.example/forbidden", read.Message);
        Assert.Empty(mirror.Requests);
    }

    [Theory]
    [InlineData("a.example/x", "a.example", 9)]
    [InlineData("a.example/x/y", "a.example/x", 11)]
    [InlineData("a.example/xy", "a.example/x", null)]
    [InlineData("a.example:5000/x", "a.example", null)]
    [InlineData("b.a.example:5000/x", "*.a.example:5000", 16)]
    [InlineData("a.example/x", "*.a.example", null)]
    [InlineData("A.example/x", "a.example", 9)]
    [InlineData("b.a.example/x/y", "*.a.example/x", 13)]
    [InlineData("b.a.example/xy", "*.a.example/x", null)]
    [InlineData("b.a.example", "*.a.example/x", null)]
    public void A_prefix_stands_for_hosts_and_whole_parts_of_paths(string name, string prefix, int? length) =>
        Assert.Equal(length, new RegistryRule(prefix).MatchedLength(name));

    [Fact]
    public void Of_several_rules_that_with_the_longest_prefix_counts()
    {
        RegistrySettings settings = new([Rule("a.example") with { Location = "one/x" }, Rule("a.example/b/c") with { Location = "three/x" }, Rule("a.example/b") with { Location = "two/x" }]);
        Assert.Equal(new RegistryLocation("three", "x/d"), settings.Target(Reference.Parse("a.example/b/c/d")));
        Assert.Equal(new RegistryLocation("two", "x/d"), settings.Target(Reference.Parse("a.example/b/d")));
        Assert.Equal(new RegistryLocation("one", "x/d"), settings.Target(Reference.Parse("a.example/d")));
        Assert.Equal("inner", new RegistrySettings([Rule("*.example") with { IsBlocked = true }, Rule("registry.example") with { Location = "inner" }]).HostOf("registry.example"));
    }

    private static RegistryRule Rule(string prefix) => new(prefix);

    private static RegistryClient Client(RegistryRule rule, LeapingTime? time = null) =>
        new(new RegistryOptions { Settings = new RegistrySettings([rule]), Time = time ?? new LeapingTime() });

    private static async Task<ScriptedRegistry> HoldingAsync()
    {
        ScriptedRegistry registry = new();
        await registry.AddImageAsync(Wanted, "1");
        return registry;
    }

    private static async Task ReadAsync(RegistryClient client, string name)
    {
        Image image = await client.PullAsync(Reference.Parse(name), Platform.LinuxAmd64, Ct);
        Assert.Equal(Wanted.Descriptor.Digest, image.Descriptor.Digest);
        foreach (ImageLayer layer in image.Layers)
        {
            await using Stream stream = await layer.OpenAsync(Ct);
            await stream.CopyToAsync(Stream.Null, Ct);
        }
    }
}
