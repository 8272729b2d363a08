namespace Caisson.Oci.Registry;

/// <summary>Anonymous everywhere.</summary>
internal sealed class NoCredentials : ICredentialSource
{
    public static NoCredentials Instance { get; } = new();

    public Task<RegistryCredential?> GetAsync(string registryHost, CancellationToken ct) => Task.FromResult<RegistryCredential?>(null);
}
