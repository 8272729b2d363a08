using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

public sealed class RedirectTests
{
    private static readonly byte[] Content = TestImages.Noise(1000);
    private static readonly Descriptor Blob = Descriptor.Of("application/octet-stream", Content);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Credentials_do_not_travel_to_the_host_that_a_redirect_names()
    {
        await using FaultServer storage = new(static exchange => exchange.RespondAsync(200, "", Content));
        await using ScriptedRegistry registry = new(exchange => BasicThen(exchange, 307, $"{storage.Address}/blob?signature=abc"));
        using RegistryClient client = Client(registry);
        await ReadAsync(client, registry);
        RecordedRequest there = Assert.Single(storage.Requests);
        Assert.Equal("/blob?signature=abc", there.Target);
        Assert.Null(there.Authorization);
        Assert.DoesNotContain(there.Headers, static h => h.Value.Contains("Basic", StringComparison.Ordinal));
        Assert.StartsWith("Basic ", registry.Requests[^1].Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_stay_within_the_same_host_and_do_not_come_back_after_another()
    {
        string storageAddress = "";
        await using ScriptedRegistry registry = new(exchange => exchange.Path switch
        {
            "/same" => BasicThen(exchange, 302, storageAddress),
            "/back" => Done(exchange.RespondAsync(200, "", Content)),
            _ => BasicThen(exchange, 301, "/same"),
        });
        await using FaultServer storage = new(exchange => exchange.RespondAsync(302, $"Location: {registry.Address}/back"));
        storageAddress = storage.Address + "/x";
        using RegistryClient client = Client(registry);
        await ReadAsync(client, registry);
        Assert.StartsWith("Basic ", Assert.Single(registry.Requests, static r => r.Target == "/same").Authorization, StringComparison.Ordinal);
        Assert.Null(Assert.Single(registry.Requests, static r => r.Target == "/back").Authorization);
    }

    [Fact]
    public async Task A_storage_host_that_asks_for_credentials_gets_none()
    {
        await using FaultServer storage = new(static exchange => exchange.RespondAsync(401, "WWW-Authenticate: Basic realm=\"give\""));
        await using ScriptedRegistry registry = new(exchange => BasicThen(exchange, 307, $"{storage.Address}/blob?signature=abc"));
        using RegistryClient client = Client(registry);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.All(storage.Requests, static r => Assert.Null(r.Authorization));
        Assert.Equal(RegistryErrorKind.Unauthorized, e.Kind);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("http://example.com/blob")]
    [InlineData("http://user:secret@127.0.0.1/blob")]
    [InlineData("//example.com/blob")]
    public async Task A_redirect_to_what_is_not_safe_is_not_followed(string location)
    {
        await using ScriptedRegistry registry = new(exchange => Done(exchange.RespondAsync(302, $"Location: {location}")));
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
        Assert.False(e.IsTransient);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed_even_on_loopback()
    {
        using TestCertificates certificates = new();
        using X509Certificate2 server = certificates.Server();
        await using FaultServer plain = new(static exchange => exchange.RespondAsync(200, "", Content));
        await using ScriptedRegistry registry = new(exchange => Done(exchange.RespondAsync(302, $"Location: {plain.Address}/?token=secret")), server);
        RegistryOptions options = new() { TrustedCertificates = new RegistryOptions().TrustedCertificates.Add(registry.Authority, certificates.AuthorityPem) };
        using RegistryClient client = new(options);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
        Assert.Contains("from https to http://127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using ScriptedRegistry registry = new(static exchange => Done(exchange.RespondAsync(302, $"Location: {exchange.Path}")));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
        Assert.Equal(9, registry.Requests.Count);
    }

    [Fact]
    public async Task A_redirect_without_an_address_is_an_error_and_not_followed_into_the_file_system()
    {
        await using ScriptedRegistry registry = new(static exchange => Done(exchange.RespondAsync(302)));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.Equal(RegistryErrorKind.InvalidContent, e.Kind);
    }

    [Fact]
    public void Plain_http_is_spoken_to_listed_hosts_only()
    {
        PlainHttp rule = new(["registry.lan:5000", "other.lan"]);
        Assert.True(rule.IsAllowed("127.0.0.1:5000"));
        Assert.True(rule.IsAllowed("127.9.8.7"));
        Assert.True(rule.IsAllowed("[::1]:5000"));
        Assert.True(rule.IsAllowed("localhost"));
        Assert.True(rule.IsAllowed("registry.lan:5000"));
        Assert.True(rule.IsAllowed("other.lan:80"));
        Assert.False(rule.IsAllowed("registry.lan"));
        Assert.False(rule.IsAllowed("localhost.example.com"));
        Assert.False(rule.IsAllowed("128.0.0.1"));
        Assert.False(rule.IsAllowed("127.0.0.1.example.com"));
    }

    private static RegistryClient Client(ScriptedRegistry registry) => new(new RegistryOptions
    {
        Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.Password("builder", "open-sesame")),
    });

    private static async Task<bool> BasicThen(FaultExchange exchange, int status, string location)
    {
        if (exchange.Headers.ContainsKey("Authorization"))
            await exchange.RespondAsync(status, $"Location: {location}");
        else
            await exchange.RespondAsync(401, "WWW-Authenticate: Basic realm=\"test\"");
        return true;
    }

    private static async Task<bool> Done(Task answer)
    {
        await answer;
        return true;
    }

    private static async Task ReadAsync(RegistryClient client, ScriptedRegistry registry)
    {
        await using Stream stream = await client.BlobsOf(registry.Reference("app")).OpenBlobAsync(Blob, Ct);
        await stream.CopyToAsync(Stream.Null, Ct);
    }
}
