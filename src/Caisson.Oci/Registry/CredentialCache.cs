using System.Collections.Concurrent;

namespace Caisson.Oci.Registry;

/// <summary>Asks the credential source once for each repository (it may have to start a program), until an answer was refused.</summary>
internal sealed class CredentialCache(ICredentialSource source)
{
    private readonly ConcurrentDictionary<(string Host, string? Repository), RegistryCredential?> _known = new();
    private readonly SingleFlight<(string Host, string? Repository), RegistryCredential?> _asking = new();

    public async Task<RegistryCredential?> GetAsync(RegistryRequest request, CancellationToken ct)
    {
        (string Host, string? Repository) key = KeyOf(request);
        if (_known.TryGetValue(key, out RegistryCredential? known))
            return known;
        RegistryCredential? asked = await _asking.RunAsync(key, ask => source.GetAsync(request.Host.Name, request.Repository, ask), ct).ConfigureAwait(false);
        return _known.GetOrAdd(key, asked);
    }

    /// <summary>Whether there is a credential that was asked for before.</summary>
    public bool Has(RegistryRequest request) => _known.GetValueOrDefault(KeyOf(request)) is not null;

    /// <summary>What was known did not do; ask again the next time.</summary>
    public void Forget(RegistryRequest request) => _known.TryRemove(KeyOf(request), out _);

    private static (string Host, string? Repository) KeyOf(RegistryRequest request) => (request.Host.Name.ToLowerInvariant(), request.Repository);
}
