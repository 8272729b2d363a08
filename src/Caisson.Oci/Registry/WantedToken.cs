using System.Collections.Immutable;

namespace Caisson.Oci.Registry;

/// <summary>A token that a registry wants to see, and who gives it.</summary>
/// <param name="RegistryHost">The registry: host and optional port as in a reference; Docker Hub is <c>docker.io</c>.</param>
/// <param name="Repository">The repository that it is for; null for the registry as a whole.</param>
/// <param name="Realm">The token server.</param>
/// <param name="Service">What that calls the registry; null when the registry does not say.</param>
/// <param name="Scopes">What the token must allow.</param>
public sealed record WantedToken(string RegistryHost, string? Repository, Uri Realm, string? Service, ImmutableArray<string> Scopes)
{
    /// <summary>Whether the registry has just refused what it was shown.</summary>
    public bool WasRefused { get; init; }
}
