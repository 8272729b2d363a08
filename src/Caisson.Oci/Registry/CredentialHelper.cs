namespace Caisson.Oci.Registry;

/// <summary>Runs <c>docker-credential-NAME ACTION</c> and returns how it ended.</summary>
/// <remarks>docker-credential-helpers, "Development".</remarks>
public delegate Task<CredentialHelperResult> CredentialHelper(CredentialHelperRequest request, CancellationToken ct);
