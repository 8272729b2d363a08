using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Caisson.Oci.Registry;

/// <summary>Accepts a server's certificate when the system trusts it, or when it chains to one of the roots given for that host.</summary>
internal sealed class CertificateTrust(X509Certificate2Collection roots) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private readonly ConcurrentDictionary<string, string> _refusals = new();

    /// <summary>Reads roots for a host.</summary>
    /// <exception cref="FormatException">The text is not PEM.</exception>
    public static CertificateTrust FromPem(string host, string pem)
    {
        X509Certificate2Collection roots = [];
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"the certificates for {host} are not PEM: {e.Message}", e);
        }
        // Text without a single block of PEM is not an error to the framework.
        return roots.Count > 0 ? new CertificateTrust(roots) : throw new FormatException($"the certificates for {host} are not PEM: there is none");
    }

    /// <summary>Why the certificate of a host was refused the last time; null when it was not.</summary>
    public string? RefusalOf(string host) => _refusals.GetValueOrDefault(host);

    /// <summary>The check, in the form that TLS asks for.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        string host = (sender as SslStream)?.TargetHostName ?? "";
        string? refusal = Refusal(certificate as X509Certificate2, chain, errors);
        if (refusal is null)
            _refusals.TryRemove(host, out _);
        else
            _refusals[host] = refusal;
        return refusal is null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (X509Certificate2 root in roots)
            root.Dispose();
    }

    private string? Refusal(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return null;
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "the server shows no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"its certificate is for another name ({Redaction.Of(certificate.Subject, null)})";
        return ChainsToRoots(certificate, chain) ? null : $"its certificate is not trusted ({Problems(chain)})";
    }

    private bool ChainsToRoots(X509Certificate2 certificate, X509Chain? chain)
    {
        if (roots.Count == 0)
            return false;
        using X509Chain own = new();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (chain is not null)
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(certificate);
    }

    private static string Problems(X509Chain? chain) => chain is null || chain.ChainStatus.Length == 0
        ? "unknown reason"
        : string.Join(", ", chain.ChainStatus.Select(static s => s.Status).Distinct().Select(static s => s switch
        {
            X509ChainStatusFlags.PartialChain => "its issuer is unknown",
            X509ChainStatusFlags.UntrustedRoot => "it is signed by an unknown root",
            X509ChainStatusFlags.NotTimeValid => "it has expired or is not valid yet",
            _ => s.ToString(),
        }));
}
