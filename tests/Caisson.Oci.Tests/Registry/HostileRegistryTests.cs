using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>
/// A registry that lies, floods or never ends. Whatever it does: the pull is refused with a reason, after bounded time and bytes, and the
/// layout that the image should have gone to shows nothing of it but blobs that are what their names say.
/// </summary>
public sealed class HostileRegistryTests
{
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(3);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Faults => new()
    {
        { "layer: other content", "has another digest" },
        { "layer: longer than said", "has 9999 bytes at" },
        { "layer: ends early", "broke off the transfer" },
        { "layer: endless", "is longer than" },
        { "layer: 500 for ever", "failed with status 500" },
        { "layer: 503 for ever", "failed with status 503" },
        { "layer: redirect to a file", "is not used" },
        { "layer: redirect to another host without TLS", "plain HTTP is only spoken to loopback hosts" },
        { "layer: redirect in a ring", "redirects more than 8 times" },
        { "layer: redirect to nowhere", "sends us on without saying where" },
        { "layer: claims to have an exabyte", "claims more than" },
        { "layer: foreign", "those are not asked" },
        { "config: other content", "has another digest" },
        { "config: endless", "is longer than" },
        { "config: claims to have a gigabyte", "has at most 4194304" },
        { "config: a name twice", "has a name twice" },
        { "manifest: other digest than asked for", "sends content whose digest is not" },
        { "manifest: other digest than it states", "sends content whose digest is not" },
        { "manifest: ends early", "broke off the transfer" },
        { "manifest: endless", "sends more than 4194304 bytes" },
        { "manifest: nested a thousand deep", "is not valid JSON" },
        { "manifest: a million layers", "sends more than 4194304 bytes" },
        { "manifest: as many layers as fit", "has more than 512 layers" },
        { "manifest: a name twice", "has a name twice" },
        { "manifest: not JSON", "is not valid JSON" },
        { "manifest: of schema 1", "Docker schema 1" },
        { "manifest: of schema 1, served as JSON", "Docker schema 1" },
        { "manifest: the error without end", "failed with status 500" },
        { "manifest: headers without end", "the headers of its answer are too long" },
        { "index: names itself", "sends content whose digest is not" },
        { "index: six deep", "nested more than 4 deep" },
        { "token: endless", "answers a request for a token with something else" },
        { "token: from a file", "credentials are not sent there" },
        { "token: from another host without TLS", "plain HTTP is only spoken to loopback hosts" },
        { "token: 500 for ever", "failed with status 500 on a token" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Nothing_of_a_lie_becomes_visible(string fault, string reason)
    {
        await using HostileRegistry hostile = await HostileRegistry.StartAsync(fault);
        using TempDirectory directory = new();
        OciLayout layout = await OciLayout.CreateAsync(directory["layout"], options: null, Ct);
        LeapingTime time = new();
        DateTimeOffset began = time.GetUtcNow();
        using RegistryClient client = new(new RegistryOptions { Time = time, Credentials = new FixedCredentials(hostile.Authority, new RegistryCredential.Password("me", "hunter2")) });
        Exception e = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            Image image = await client.PullAsync(hostile.Image, Platform.LinuxAmd64, Ct);
            await layout.AddImageAsync(image, hostile.Image.WithoutDigest(), Ct);
        });
        Assert.True(e is RegistryException or InvalidImageException, e.ToString());
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', e.Message);
        Assert.InRange(e.Message.Length, 1, 2000);
        Assert.InRange(hostile.SentBytes, 0, MostBytes);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.Zero, MostTime);
        await AssertHoldsNothingWrongAsync(layout, directory["layout"]);
    }

    [Fact]
    public async Task A_list_of_tags_without_end_is_given_up()
    {
        int page = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            await exchange.RespondAsync(200, $"Link: </v2/app/tags/list?page={page++ % 7}>; rel=\"next\"", """{"name":"app","tags":["a"]}""");
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        int tags = 0;
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(async () =>
        {
            await foreach (string tag in client.ListTagsAsync(registry.Reference("app"), Ct))
                tags++;
        });
        Assert.Contains("sends pages without end", e.Message, StringComparison.Ordinal);
        Assert.InRange(tags, 1, 10);
    }

    [Fact]
    public async Task A_page_of_tags_without_end_is_not_read_to_its_end()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            await exchange.StartAsync(200, "Content-Type: application/json\nConnection: close");
            await exchange.WriteAsync("{\"tags\":["u8.ToArray());
            while (true)
                await exchange.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\"tag\",", 10_000))));
        });
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(async () =>
        {
            await foreach (string tag in client.ListTagsAsync(registry.Reference("app"), Ct))
            {
            }
        });
        Assert.Equal(RegistryErrorKind.TooLarge, e.Kind);
    }

    [Fact]
    public async Task A_body_that_trickles_counts_as_broken()
    {
        LeapingTime time = new();
        await using BodyStream body = new(new HttpResponseMessage(), new Trickle(time), TimeSpan.FromMinutes(2), time);
        byte[] buffer = new byte[100];
        int count = 0;
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true)
                count += await body.ReadAsync(buffer, Ct);
        });
        Assert.Equal(4, count);
    }

    private static async Task AssertHoldsNothingWrongAsync(OciLayout layout, string directory)
    {
        Assert.Empty((await layout.ReadIndexAsync(Ct)).Manifests);
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            if (Path.GetDirectoryName(file)!.EndsWith("/blobs/sha256", StringComparison.Ordinal))
                Assert.Equal("sha256:" + Path.GetFileName(file), Digest.OfBytes(await File.ReadAllBytesAsync(file, Ct)).Value);
            else
                Assert.Contains(Path.GetFileName(file), (string[])["index.json", "oci-layout"]);
        }
    }

    /// <summary>One byte in each half minute.</summary>
    private sealed class Trickle(LeapingTime time) : MemoryStream
    {
        private int _reads;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_reads++ >= 4)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            time.Advance(TimeSpan.FromSeconds(30));
            return 1;
        }
    }
}
