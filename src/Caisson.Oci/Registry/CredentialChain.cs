using System.Collections.Immutable;

namespace Caisson.Oci.Registry;

/// <summary>Several places where credentials are kept: the first that has one for a repository counts.</summary>
/// <param name="sources">The places, in the order to ask.</param>
public sealed class CredentialChain(ImmutableArray<ICredentialSource> sources) : ICredentialSource
{
    /// <inheritdoc/>
    public async Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct)
    {
        foreach (ICredentialSource source in sources)
        {
            if (await source.GetAsync(registryHost, repository, ct).ConfigureAwait(false) is { } credential)
                return credential;
        }
        return null;
    }
}
