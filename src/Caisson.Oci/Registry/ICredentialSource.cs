namespace Caisson.Oci.Registry;

/// <summary>Knows the credentials for registries. Asked at most once per repository and challenge; must be thread-safe.</summary>
public interface ICredentialSource
{
    /// <summary>The credential for a registry, or null when there is none.</summary>
    /// <param name="registryHost">Host and optional port as in a reference; Docker Hub is <c>docker.io</c>.</param>
    /// <param name="repository">The repository's path there, for credentials that are for a part of a registry; null for the registry as a whole.</param>
    /// <exception cref="RegistryException">The place where the credential is kept failed.</exception>
    Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct);

    /// <summary>
    /// A token from where the credential is kept, so that the credential itself need not leave that place; null when tokens are not to be had there. Then token
    /// servers are shown the credential.
    /// </summary>
    /// <param name="wanted">What is wanted. The token is shown to the registry alone that it names.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RegistryException">It should have got one, and did not.</exception>
    Task<GivenToken?> TryGetTokenAsync(WantedToken wanted, CancellationToken ct) => Task.FromResult<GivenToken?>(null);
}
