using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Oci.Tests.Registry;

public sealed class CredentialCacheTests
{
    private static readonly RegistryRequest Request = new()
    {
        Method = HttpMethod.Get,
        Host = new RegistryHost("registry.example", new Uri("https://registry.example/")),
        Uri = new Uri("https://registry.example/v2/"),
        Scope = "",
        What = "it",
        Expected = [],
    };

    private readonly FixedCredentials _source = new("registry.example", new RegistryCredential.Password("builder", "pass"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_source_is_asked_once_until_what_it_gave_was_refused()
    {
        CredentialCache cache = new(_source);
        await cache.GetAsync(Request, Ct);
        await cache.GetAsync(Request, Ct);
        Assert.Single(_source.Asked);
        cache.Refuse(Request);
        await cache.GetAsync(Request, Ct);
        await cache.GetAsync(Request, Ct);
        Assert.Equal(2, _source.Asked.Count);
    }

    // Requests that go on at the same time have shown it: what is said of their failure must not depend on who is first.
    [Fact]
    public async Task What_was_refused_was_shown_all_the_same()
    {
        CredentialCache cache = new(_source);
        Assert.False(cache.Has(Request));
        await cache.GetAsync(Request, Ct);
        cache.Refuse(Request);
        Assert.True(cache.Has(Request));
    }
}
