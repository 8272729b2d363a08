namespace Caisson.Oci.Registry;

/// <summary>Runs <c>docker-credential-NAME get</c>, gives it the server's address on standard input, and returns how it ended.</summary>
/// <param name="name">The helper's name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c> only.</param>
/// <param name="serverAddress">The address as the configuration spells it.</param>
public delegate Task<CredentialHelperResult> CredentialHelper(string name, string serverAddress, CancellationToken ct);
