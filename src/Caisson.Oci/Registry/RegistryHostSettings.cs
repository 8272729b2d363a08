namespace Caisson.Oci.Registry;

/// <summary>How one host is spoken to.</summary>
/// <param name="Host">Host and optional port.</param>
public sealed record RegistryHostSettings(string Host)
{
    /// <summary>Whether it may be spoken to without TLS.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>A file of certificates in PEM to trust for it; null for none.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>A directory with <c>*.crt</c> to trust, and <c>*.cert</c> with <c>*.key</c> to show; null for none.</summary>
    public string? CertificateDirectory { get; init; }
}
