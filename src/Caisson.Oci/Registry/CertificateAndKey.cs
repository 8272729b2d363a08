namespace Caisson.Oci.Registry;

/// <summary>A certificate to show to a server that asks for one, and its key.</summary>
/// <param name="Certificate">In PEM.</param>
/// <param name="Key">In PEM, not encrypted. Never part of a message.</param>
public sealed record CertificateAndKey(string Certificate, string Key)
{
    /// <summary>Nothing of the key.</summary>
    public override string ToString() => nameof(CertificateAndKey);
}
