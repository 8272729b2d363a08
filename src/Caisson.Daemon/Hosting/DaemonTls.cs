using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Engine;

namespace Caisson.Daemon.Hosting;

/// <summary>Mutual TLS: the certificate that the daemon shows, and who signs those that clients must show.</summary>
public sealed class DaemonTls : IDisposable
{
    private const int MaxSubject = 100;

    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _authorities;
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _chain;
    private readonly SslStreamCertificateContext _shown;

    private DaemonTls(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        _authorities = authorities;
        _certificate = certificate;
        _chain = chain;
        _shown = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>Reads the three files, PEM all of them.</summary>
    /// <param name="authorities">The certificates of those who sign for clients.</param>
    /// <param name="certificate">The daemon's own certificate, and behind it those of who signed it, if clients need them.</param>
    /// <param name="key">Its key.</param>
    /// <exception cref="BuildException">One cannot be read, or the last two do not belong together.</exception>
    public static DaemonTls Read(string authorities, string certificate, string key)
    {
        X509Certificate2Collection signers = [];
        try
        {
            signers.ImportFromPem(File.ReadAllText(authorities));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Unreadable(authorities, e);
        }
        if (signers.Count == 0)
            throw new BuildException(EngineCodes.FileUnusable, $"the certificates {authorities} cannot be read: they are not PEM", "name a file with certificates in PEM");
        try
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(certificate);
            return new DaemonTls(signers, X509Certificate2.CreateFromPemFile(certificate, key), chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw Unreadable(e is FileNotFoundException { FileName: { } missing } ? missing : $"{certificate} with {key}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        foreach (X509Certificate2 other in (IEnumerable<X509Certificate2>)[.. _authorities, .. _chain])
            other.Dispose();
    }

    /// <summary>What connections are answered with.</summary>
    /// <param name="refuse">Told why the certificate of a client is not taken.</param>
    internal SslServerAuthenticationOptions ToOptions(Action<string> refuse) => new()
    {
        ServerCertificateContext = _shown,
        ClientCertificateRequired = true,
        CertificateChainPolicy = ClientPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (errors != SslPolicyErrors.None)
                refuse(Refusal(certificate as X509Certificate2, chain));
            return errors == SslPolicyErrors.None;
        },
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    private X509ChainPolicy ClientPolicy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // A certificate names addresses to fetch others from, and who shows it is not known yet.
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ApplicationPolicy.Add(ClientUse);
        return policy;
    }

    private static string Refusal(X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null)
            return "it showed no certificate";
        X509ChainStatusFlags wrong = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, static (all, s) => all | s.Status);
        string what = (wrong & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0 ? "is signed by nobody in the file of --tlscacert"
            : wrong.HasFlag(X509ChainStatusFlags.NotTimeValid) ? string.Create(CultureInfo.InvariantCulture, $"is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u} only")
            : wrong.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "is not one for clients (extendedKeyUsage clientAuth)"
            : $"is not taken: {wrong}";
        return $"its certificate \"{Shown(certificate.Subject)}\" {what}";
    }

    // Whoever is refused wrote it.
    private static string Shown(string subject) => string.Concat(subject.Take(MaxSubject).Select(static c => char.IsControl(c) ? '?' : c)) + (subject.Length > MaxSubject ? "…" : "");

    private static BuildException Unreadable(string what, Exception cause) =>
        new(EngineCodes.FileUnusable, $"{what} cannot be read: {cause.Message}", "name files in PEM, the key without a password", cause);
}
