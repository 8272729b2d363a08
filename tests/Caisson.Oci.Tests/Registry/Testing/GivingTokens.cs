using System.Collections.Concurrent;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>Gives tokens and has no credential to show; remembers what was wanted.</summary>
internal sealed class GivingTokens(Func<WantedToken, GivenToken> give) : ICredentialSource
{
    private readonly ConcurrentQueue<WantedToken> _asked = new();

    public IReadOnlyList<WantedToken> Asked => [.. _asked];

    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct) => Task.FromResult<RegistryCredential?>(null);

    public Task<GivenToken?> TryGetTokenAsync(WantedToken wanted, CancellationToken ct)
    {
        _asked.Enqueue(wanted);
        return Task.FromResult<GivenToken?>(give(wanted));
    }
}
