namespace Caisson.Oci.Registry;

/// <summary>Anonymous everywhere.</summary>
public sealed class NoCredentials : ICredentialSource
{
    private NoCredentials()
    {
    }

    /// <summary>The one there needs to be.</summary>
    public static NoCredentials Instance { get; } = new();

    /// <inheritdoc/>
    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct) => Task.FromResult<RegistryCredential?>(null);
}
