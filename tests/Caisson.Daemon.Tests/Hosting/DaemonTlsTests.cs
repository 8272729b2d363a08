using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Hosting;

/// <summary>Addresses of TCP with mutual TLS.</summary>
public sealed class DaemonTlsTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _authority = MakeAuthority("CN=trusted");

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(true, true, "1.1")]
    [InlineData(false, false, "1.1")]
    [InlineData(true, true, "2.0")]
    [InlineData(false, false, "2.0")]
    public async Task A_client_is_let_in_with_a_certificate_of_the_authority(bool isTrusted, bool isAnswered, string protocol)
    {
        using X509Certificate2 other = MakeAuthority("CN=other");
        using X509Certificate2 shown = MakeCertificate(isTrusted ? _authority : other, "1.3.6.1.5.5.7.3.2");
        Assert.Equal(isAnswered, await IsAnsweredAsync(shown, protocol));
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_not_let_in() => Assert.False(await IsAnsweredAsync(shown: null));

    [Fact]
    public async Task A_certificate_for_servers_is_none_for_clients()
    {
        using X509Certificate2 server = MakeCertificate(_authority, "1.3.6.1.5.5.7.3.1");
        Assert.False(await IsAnsweredAsync(server));
    }

    [Fact]
    public void Files_that_are_no_certificates_are_refused()
    {
        File.WriteAllText(_directory["ca.pem"], "nonsense");
        Assert.Equal(EngineCodes.FileUnusable, Assert.Throws<BuildException>(() => DaemonTls.Read(_directory["ca.pem"], "c", "k")).Code);
        Assert.Equal(EngineCodes.FileUnusable, Assert.Throws<BuildException>(() => DaemonTls.Read(_directory["none.pem"], "c", "k")).Code);
    }

    private async Task<bool> IsAnsweredAsync(X509Certificate2? shown, string protocol = "1.1")
    {
        using (X509Certificate2 own = MakeCertificate(_authority, "1.3.6.1.5.5.7.3.1"))
        {
            File.WriteAllText(_directory["ca.pem"], _authority.ExportCertificatePem());
            File.WriteAllText(_directory["cert.pem"], own.ExportCertificatePem());
            File.WriteAllText(_directory["key.pem"], own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }
        using DaemonTls tls = DaemonTls.Read(_directory["ca.pem"], _directory["cert.pem"], _directory["key.pem"]);
        Assert.True(DaemonAddress.TryParse("tcp://127.0.0.1:0", out DaemonAddress? address, out _));
        await using BuildEngine engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _directory["store"], SearchPath = "/usr/bin:/bin" });
        await using BuildDaemon daemon = new(engine, new DaemonOptions { Addresses = [address], Tls = tls });
        await daemon.StartAsync(TestContext.Current.CancellationToken);
        Uri place = new(daemon.Places.Single().Replace("tcp://", "https://", StringComparison.Ordinal));
        using SocketsHttpHandler handler = new() { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null } };
        if (shown is not null)
            handler.SslOptions.ClientCertificates = [shown];
        using HttpClient client = new(handler) { DefaultRequestVersion = new Version(protocol), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(place, "_ping"), TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        finally
        {
            await daemon.StopAsync(TimeSpan.FromSeconds(10));
        }
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 MakeCertificate(X509Certificate2 authority, string use)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=one", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using X509Certificate2 certificate = request.Create(authority, From, Until, [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }
}
