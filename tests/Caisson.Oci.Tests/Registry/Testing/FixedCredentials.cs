using System.Collections.Concurrent;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>The same credential for one host, none for the others; remembers who asked.</summary>
internal sealed class FixedCredentials(string host, RegistryCredential credential) : ICredentialSource
{
    private readonly ConcurrentQueue<string> _asked = new();

    public IReadOnlyList<string> Asked => [.. _asked];

    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct)
    {
        _asked.Enqueue(registryHost);
        return Task.FromResult(registryHost == host ? credential : null);
    }
}
