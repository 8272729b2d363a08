using System.Net;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

public sealed class RegistryOptionsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_go_through_the_proxy_that_is_given()
    {
        Image image = TestImages.Create("proxied");
        await using FaultServer proxy = new(async exchange =>
        {
            if (exchange.Method == "CONNECT")
            {
                await exchange.StartAsync(200, "");
                exchange.Close(); // what is behind the proxy speaks no TLS
                return;
            }
            await exchange.RespondAsync(200, $"Content-Type: {MediaTypes.OciManifest}", image.ManifestBytes.ToArray());
        });
        using RegistryClient client = new(new RegistryOptions
        {
            Proxy = new WebProxy(proxy.Address),
            InsecureRegistries = ["registry.lan:5000"],
            UserAgent = "caisson/test",
            Time = new LeapingTime(),
        });
        RegistryManifest manifest = await client.GetManifestAsync(Reference.Parse("registry.lan:5000/app:1"), Ct);
        Assert.Equal(image.Descriptor.Digest, manifest.Descriptor.Digest);
        Assert.Equal("CONNECT registry.lan:5000", proxy.Requests[0].ToString());
        Assert.Equal("GET http://registry.lan:5000/v2/app/manifests/1", proxy.Requests[^1].ToString());
        Assert.Equal("caisson/test", proxy.Requests[^1].Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named_as_the_reason()
    {
        await using FaultServer proxy = new(static exchange => exchange.RespondAsync(403));
        using RegistryClient client = new(new RegistryOptions { Proxy = new WebProxy(proxy.Address), Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(Reference.Parse("registry.example/app"), Ct));
        Assert.Equal(RegistryErrorKind.Unreachable, e.Kind);
        Assert.Equal($"registry.example cannot be reached through the proxy {proxy.Authority}: it refuses to connect to others", e.Message);
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_named_without_its_password()
    {
        using RegistryClient client = new(new RegistryOptions { Proxy = new WebProxy("http://me:hunter2@127.0.0.1:1"), Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(Reference.Parse("registry.example/app"), Ct));
        Assert.Equal("registry.example cannot be reached through the proxy 127.0.0.1:1: connection refused", e.Message);
    }

    [Fact]
    public async Task Docker_hub_is_asked_where_it_answers_and_nowhere_else()
    {
        await using FaultServer proxy = new(static exchange => exchange.RespondAsync(403));
        using RegistryClient client = new(new RegistryOptions { Proxy = new WebProxy(proxy.Address), Time = new LeapingTime() });
        await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(Reference.Parse("alpine"), Ct));
        Assert.All(proxy.Requests, static r => Assert.Equal("CONNECT registry-1.docker.io:443", r.ToString()));
    }

    [Theory]
    [InlineData("docker.io", "registry-1.docker.io")]
    [InlineData("a.example", "a.example:443")]
    [InlineData("a.example", "A.example")]
    public void Two_names_of_one_host_are_trusted_with_the_certificates_of_both(string first, string second)
    {
        using TestCertificates certificates = new();
        RegistryOptions options = new() { TrustedCertificates = new RegistryOptions().TrustedCertificates.Add(first, certificates.AuthorityPem).Add(second, certificates.AuthorityPem) };
        using RegistryClient client = new(options);
    }

    [Fact]
    public void Certificates_that_are_not_pem_are_refused_at_once()
    {
        RegistryOptions options = new() { TrustedCertificates = new RegistryOptions().TrustedCertificates.Add("a", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----") };
        FormatException e = Assert.Throws<FormatException>(() => new RegistryClient(options));
        Assert.StartsWith("the certificates for a are not PEM", e.Message, StringComparison.Ordinal);
    }
}
