namespace Caisson.Oci.Registry;

/// <summary>One credential for one registry, none for any other.</summary>
/// <param name="host">The registry, as in a reference.</param>
/// <param name="credential">The credential.</param>
public sealed class GivenCredentials(string host, RegistryCredential credential) : ICredentialSource
{
    /// <inheritdoc/>
    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct) =>
        Task.FromResult(registryHost.Equals(host, StringComparison.OrdinalIgnoreCase) ? credential : null);
}
