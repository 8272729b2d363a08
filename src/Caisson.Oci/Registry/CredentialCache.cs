using System.Collections.Concurrent;

namespace Caisson.Oci.Registry;

/// <summary>Asks the credential source once for each repository (it may have to start a program), until an answer was refused.</summary>
internal sealed class CredentialCache(ICredentialSource source)
{
    private readonly ConcurrentDictionary<(string Host, string? Repository), Answer> _known = new();
    private readonly SingleFlight<(string Host, string? Repository), RegistryCredential?> _asking = new();

    public async Task<RegistryCredential?> GetAsync(RegistryRequest request, CancellationToken ct)
    {
        (string Host, string? Repository) key = KeyOf(request);
        if (_known.TryGetValue(key, out Answer? known) && !known.IsRefused)
            return known.Credential;
        Answer asked = new(await _asking.RunAsync(key, ask => source.GetAsync(request.Host.Name, request.Repository, ask), ct).ConfigureAwait(false));
        return _known.AddOrUpdate(key, asked, (_, other) => other.IsRefused ? asked : other).Credential;
    }

    /// <summary>Whether there is a credential that was asked for before.</summary>
    public bool Has(RegistryRequest request) => _known.GetValueOrDefault(KeyOf(request))?.Credential is not null;

    /// <summary>What is known did not do: the source is asked again the next time. Until then it is still what was shown.</summary>
    public void Refuse(RegistryRequest request)
    {
        (string Host, string? Repository) key = KeyOf(request);
        if (_known.TryGetValue(key, out Answer? known))
            _known.TryUpdate(key, known with { IsRefused = true }, known);
    }

    private static (string Host, string? Repository) KeyOf(RegistryRequest request) => (request.Host.Name.ToLowerInvariant(), request.Repository);

    private sealed record Answer(RegistryCredential? Credential, bool IsRefused = false);
}
