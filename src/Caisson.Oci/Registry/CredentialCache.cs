using System.Collections.Concurrent;

namespace Caisson.Oci.Registry;

/// <summary>Asks the credential source once for each registry (it may have to start a program), until an answer was refused.</summary>
internal sealed class CredentialCache(ICredentialSource source)
{
    private readonly ConcurrentDictionary<string, RegistryCredential?> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly SingleFlight<string, RegistryCredential?> _asking = new();

    public async Task<RegistryCredential?> GetAsync(string registryHost, CancellationToken ct)
    {
        if (_known.TryGetValue(registryHost, out RegistryCredential? known))
            return known;
        RegistryCredential? asked = await _asking.RunAsync(registryHost, ask => source.GetAsync(registryHost, ask), ct).ConfigureAwait(false);
        return _known.GetOrAdd(registryHost, asked);
    }

    /// <summary>Whether there is a credential that was asked for before.</summary>
    public bool Has(string registryHost) => _known.GetValueOrDefault(registryHost) is not null;

    /// <summary>What was known did not do; ask again the next time.</summary>
    public void Forget(string registryHost) => _known.TryRemove(registryHost, out _);
}
