namespace Caisson.Oci.Registry;

/// <summary>Knows the credentials for registries. Asked at most once per repository and challenge; must be thread-safe.</summary>
public interface ICredentialSource
{
    /// <summary>The credential for a registry, or null when there is none.</summary>
    /// <param name="registryHost">Host and optional port as in a reference; Docker Hub is <c>docker.io</c>.</param>
    /// <param name="repository">The repository's path there, for credentials that are for a part of a registry; null for the registry as a whole.</param>
    /// <exception cref="RegistryException">The place where the credential is kept failed.</exception>
    Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct);
}
