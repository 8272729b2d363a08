namespace Caisson.Oci.Registry;

/// <summary>Knows the credentials for registries. Asked at most once per registry and challenge; must be thread-safe.</summary>
public interface ICredentialSource
{
    /// <summary>The credential for a registry, or null when there is none.</summary>
    /// <param name="registryHost">Host and optional port as in a reference; Docker Hub is <c>docker.io</c>.</param>
    /// <exception cref="RegistryException">The place where the credential is kept failed.</exception>
    Task<RegistryCredential?> GetAsync(string registryHost, CancellationToken ct);
}
