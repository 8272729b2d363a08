using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Caisson.Oci.Registry;

/// <summary>Several places where credentials are kept: the first that has one for a repository counts.</summary>
/// <remarks>A place that gives tokens does not say whether it has a credential: where a token of its is refused, the places behind it are asked.</remarks>
/// <param name="sources">The places, in the order to ask.</param>
public sealed class CredentialChain(ImmutableArray<ICredentialSource> sources) : ICredentialSource
{
    // The first place to ask, where that is no longer the first of all.
    private readonly ConcurrentDictionary<(string Host, string? Repository), int> _first = new();

    /// <inheritdoc/>
    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct) =>
        GetAsync(_first.GetValueOrDefault((registryHost, repository)), registryHost, repository, ct);

    /// <inheritdoc/>
    public async Task<GivenToken?> TryGetTokenAsync(WantedToken wanted, CancellationToken ct)
    {
        (string Host, string? Repository) key = (wanted.RegistryHost, wanted.Repository);
        for (int i = _first.GetValueOrDefault(key); i < sources.Length; i++)
        {
            (GivenToken? token, RegistryException? failure) = await TryGetTokenAsync(sources[i], wanted, ct).ConfigureAwait(false);
            bool isRefused = failure is not null || (token is not null && wanted.WasRefused);
            if (isRefused && await GetAsync(i + 1, wanted.RegistryHost, wanted.Repository, ct).ConfigureAwait(false) is not null)
            {
                _first[key] = i + 1;
                continue;
            }
            if (failure is not null)
                throw failure;
            if (token is not null)
                return token;
            if (await sources[i].GetAsync(wanted.RegistryHost, wanted.Repository, ct).ConfigureAwait(false) is not null)
                return null;
        }
        return null;
    }

    private async Task<RegistryCredential?> GetAsync(int first, string registryHost, string? repository, CancellationToken ct)
    {
        for (int i = first; i < sources.Length; i++)
        {
            if (await sources[i].GetAsync(registryHost, repository, ct).ConfigureAwait(false) is { } credential)
                return credential;
        }
        return null;
    }

    private static async Task<(GivenToken? Token, RegistryException? Failure)> TryGetTokenAsync(ICredentialSource source, WantedToken wanted, CancellationToken ct)
    {
        try
        {
            return (await source.TryGetTokenAsync(wanted, ct).ConfigureAwait(false), null);
        }
        catch (RegistryException e)
        {
            return (null, e);
        }
    }
}
