using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Tests.Hosting;

/// <summary>Files of certificates that are not what they should be.</summary>
public sealed class RegistryTrustTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public RegistryTrustTests()
    {
        CertificateRequest request = new("CN=authority of a test", _key, HashAlgorithmName.SHA256);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_certificate_that_was_named_and_is_not_pem_is_refused_with_the_cure()
    {
        string file = Path.Combine(_directory, "ca.der");
        File.WriteAllBytes(file, _certificate.RawData);
        foreach (Action read in (Action[])[() => RegistryTrust.ReadForAll([file]), () => new RegistryTrust().AddAsked([$"a.example={file}"])])
        {
            BuildException e = Assert.Throws<BuildException>(read);
            Assert.Equal($"the certificates {file} cannot be read: they are not PEM", e.Message);
            Assert.Equal($"convert them to PEM: openssl x509 -inform der -in {file} -out ca.pem", Assert.Single(e.Diagnostics).Hint);
        }
    }

    [Fact]
    public void A_certificate_to_show_that_was_named_has_a_key_that_belongs_to_it()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("own/client.cert", _certificate.ExportCertificatePem());
        Write("own/client.key", other.ExportPkcs8PrivateKeyPem());
        BuildException e = Assert.Throws<BuildException>(() => new RegistryTrust().Add([new RegistryHostSettings("a.example") { CertificateDirectory = "own" }], _directory));
        Assert.Contains("do not belong together", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_unusable_in_the_directories_of_the_machine_is_passed_over()
    {
        string pem = _certificate.ExportCertificatePem();
        Write("a.example/1.crt", "no certificate");
        Write("a.example/2.crt", pem);
        Write("b.example:5000/client.cert", pem);
        Write("c.example/client.cert", pem);
        Write("c.example/client.key", "no key");
        Write("d.example/client.cert", pem);
        Write("d.example/client.key", _key.ExportPkcs8PrivateKeyPem());
        Write("lost found/1.crt", pem);
        RegistryTrust trust = new();
        trust.AddMachine([_directory, Path.Combine(_directory, "missing")]);
        Assert.Equal(("a.example", pem + "\n"), trust.Trusted.Select(static t => (t.Key, t.Value)).Single());
        Assert.Equal("d.example", Assert.Single(trust.Shown).Key);
        new RegistryClient(new RegistryOptions { TrustedCertificates = trust.Trusted, ClientCertificates = trust.Shown }).Dispose();
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // it is below another
        File.WriteAllText(path, text);
    }
}
