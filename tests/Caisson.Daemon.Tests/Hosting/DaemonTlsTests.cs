using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Hosting;

/// <summary>Addresses of TCP with mutual TLS.</summary>
public sealed class DaemonTlsTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly List<string> _warnings = [];
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
    public async Task A_client_without_a_certificate_is_not_let_in()
    {
        Assert.False(await IsAnsweredAsync(shown: null));
        AssertTold(@"^the client 127\.0\.0\.1:\d+ was refused: it showed no certificate$");
    }

    [Fact]
    public async Task Whoever_runs_the_daemon_hears_of_a_certificate_that_somebody_else_signed()
    {
        using X509Certificate2 other = MakeAuthority("CN=other");
        using X509Certificate2 shown = MakeCertificate(other, "1.3.6.1.5.5.7.3.2");
        Assert.False(await IsAnsweredAsync(shown));
        AssertTold("was refused: its certificate \"CN=one\" is signed by nobody in the file of --tlscacert$");
    }

    [Fact]
    public async Task Whoever_runs_the_daemon_hears_of_a_certificate_that_has_expired()
    {
        using X509Certificate2 shown = MakeCertificate(_authority, "1.3.6.1.5.5.7.3.2", From.AddYears(1));
        Assert.False(await IsAnsweredAsync(shown));
        AssertTold("was refused: its certificate \"CN=one\" is valid from 2020-01-01 00:00:00Z to 2021-01-01 00:00:00Z only$");
    }

    [Fact]
    public void Of_many_that_are_refused_a_few_in_a_minute_are_told()
    {
        MovedTime time = new();
        RefusedClients refused = new(_warnings.Add, time);
        for (int i = 0; i < 100; i++)
            refused.Tell(new IPEndPoint(IPAddress.Loopback, i + 1), "it showed no certificate");
        Assert.Equal(RefusedClients.Most + 1, _warnings.Count);
        Assert.Equal("more clients were refused; those of the rest of this minute are not told", _warnings[^1]);
        time.Ahead = TimeSpan.FromMinutes(1);
        refused.Tell(new IPEndPoint(IPAddress.Loopback, 7), "it showed no certificate");
        Assert.Equal("the client 127.0.0.1:7 was refused: it showed no certificate", _warnings[^1]);
    }

    [Fact]
    public async Task A_certificate_for_servers_is_none_for_clients()
    {
        using X509Certificate2 server = MakeCertificate(_authority, "1.3.6.1.5.5.7.3.1");
        Assert.False(await IsAnsweredAsync(server));
        AssertTold(@"is not one for clients \(extendedKeyUsage clientAuth\)$");
    }

    [Fact]
    public void Files_that_are_no_certificates_are_refused()
    {
        File.WriteAllText(_directory["ca.pem"], "nonsense");
        Assert.Equal(EngineCodes.FileUnusable, Assert.Throws<BuildException>(() => DaemonTls.Read(_directory["ca.pem"], "c", "k")).Code);
        Assert.Equal(EngineCodes.FileUnusable, Assert.Throws<BuildException>(() => DaemonTls.Read(_directory["none.pem"], "c", "k")).Code);
    }

    // A client may try more than once.
    private void AssertTold(string sentence)
    {
        Assert.NotEmpty(_warnings);
        Assert.All(_warnings, w => Assert.Matches(sentence, w));
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
        await using BuildDaemon daemon = new(engine, new DaemonOptions { Addresses = [address], Tls = tls, Warn = _warnings.Add });
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

    private static X509Certificate2 MakeCertificate(X509Certificate2 authority, string use, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=one", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using X509Certificate2 certificate = request.Create(authority, From, until ?? Until, [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }
}
