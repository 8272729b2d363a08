using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>A certificate authority that lives as long as a build. Its key is in memory only; with it the gateway is every host to the programs of steps.</summary>
/// <remarks>Thread-safe. RFC 5280.</remarks>
internal sealed class EphemeralAuthority : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _hostKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, Lazy<X509Certificate2>> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    /// <summary>Makes one.</summary>
    /// <param name="time">The clock.</param>
    public EphemeralAuthority(TimeProvider time)
    {
        _from = time.GetUtcNow() - Margin;
        _until = time.GetUtcNow() + Life;
        CertificateRequest request = new("CN=Caisson gateway of this build", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _certificate = request.CreateSelfSigned(_from, _until);
        CertificatePem = _certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Its certificate in PEM.</summary>
    public string CertificatePem { get; }

    /// <summary>Its certificate in DER.</summary>
    public ReadOnlyMemory<byte> CertificateDer => _certificate.RawDataMemory;

    /// <summary>A certificate for a host, with its key.</summary>
    public X509Certificate2 Issue(string host) => _hosts.GetOrAdd(host, static (name, me) => new(() => me.Make(name)), this).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<X509Certificate2> host in _hosts.Values.Where(static h => h.IsValueCreated))
            host.Value.Dispose();
        _certificate.Dispose();
        _hostKey.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Make(string host)
    {
        CertificateRequest request = new("CN=gateway", _hostKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build(critical: true)); // the subject says nothing
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerUse], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        byte[] serial = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(host))[..16]; // one for each host: RFC 5280, 4.1.2.2
        serial[0] &= 0x7F;
        using X509Certificate2 certificate = request.Create(_certificate, _from, _until, serial);
        return certificate.CopyWithPrivateKey(_hostKey);
    }
}
