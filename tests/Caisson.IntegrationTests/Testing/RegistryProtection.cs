using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A certificate that only its own authority has signed, and one user with a password.</summary>
internal sealed class RegistryProtection
{
    public const string User = "builder";
    public const string Password = "open sesame";

    // bcrypt of the password, as htpasswd -B writes it; the registry knows no other kind.
    private const string PasswordFile = "builder:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _certificate;
    private readonly string _key;

    public RegistryProtection()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=registry of a test", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(From, Until);
        _certificate = certificate.ExportCertificatePem();
        _key = key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>Writes the certificate, for those who shall trust it.</summary>
    public string WriteCertificate(string path)
    {
        File.WriteAllText(path, _certificate);
        return path;
    }

    public string TlsIn(TempDirectory directory)
    {
        directory.File("tls.crt", _certificate).File("tls.key", _key);
        return $$"""tls: {certificate: "{{directory["tls.crt"]}}", key: "{{directory["tls.key"]}}"}""";
    }

    public string AuthIn(TempDirectory directory)
    {
        directory.File("htpasswd", PasswordFile);
        return $$"""auth: {htpasswd: {realm: tests, path: "{{directory["htpasswd"]}}"} }""";
    }
}
