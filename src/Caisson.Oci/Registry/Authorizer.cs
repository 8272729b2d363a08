using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Caisson.Oci.Registry;

/// <summary>Knows what to show to each registry: remembers how it wants to be convinced, and tokens as long as they last.</summary>
/// <remarks>Thread-safe. Equal tokens are asked for once, however many requests need them.</remarks>
internal sealed class Authorizer(RegistryOptions options, TokenServer tokenServer)
{
    private readonly CredentialCache _credentials = new(options.Credentials);
    private readonly ConcurrentDictionary<string, Challenge> _challenges = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Host, string Scope), AccessToken> _tokens = new();
    private readonly SingleFlight<(string Host, string Scope), AccessToken> _fetching = new();

    /// <summary>What is known to satisfy the registry; null while it has not asked for anything.</summary>
    public async Task<AuthenticationHeaderValue?> HeaderAsync(RegistryRequest request, CancellationToken ct)
    {
        if (!_challenges.TryGetValue(request.Host.Name, out Challenge? challenge))
            return null;
        return await AnswerAsync(request, challenge, null, ct).ConfigureAwait(false);
    }

    /// <summary>Whether we have credentials for what is asked for and have used them.</summary>
    public bool IsIdentifiedBy(RegistryRequest request) => _credentials.Has(request);

    /// <summary>Whether what was shown is a token that somebody gave us: then there may be credentials in another place.</summary>
    public bool IsGiven(RegistryRequest request, AuthenticationHeaderValue shown) =>
        _tokens.TryGetValue((request.Host.Name, request.Scope), out AccessToken? known) && known.IsGiven && known.Header.Equals(shown);

    /// <summary>What to try after the registry refused; null when we have nothing else to show.</summary>
    /// <param name="response">The refusal, with the registry's challenge.</param>
    /// <param name="refused">What was shown.</param>
    public async Task<AuthenticationHeaderValue?> AfterRefusalAsync(
        RegistryRequest request, HttpResponseMessage response, AuthenticationHeaderValue? refused, CancellationToken ct)
    {
        if (Challenge.From(response) is not { } challenge)
            return null;
        _challenges[request.Host.Name] = challenge with { Scope = null }; // the scope is of this request only
        if (refused is not null)
            _credentials.Refuse(request);
        AuthenticationHeaderValue? answer = await AnswerAsync(request, challenge, refused, ct).ConfigureAwait(false);
        return Equals(answer, refused) ? null : answer;
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(
        RegistryRequest request, Challenge challenge, AuthenticationHeaderValue? refused, CancellationToken ct)
    {
        if (challenge.IsBearer)
        {
            AccessToken token = Known(request, refused)
                ?? await _fetching.RunAsync((request.Host.Name, request.Scope), fetch => FetchAsync(request, challenge, refused, fetch), ct).ConfigureAwait(false);
            return token.Header;
        }
        return await _credentials.GetAsync(request, ct).ConfigureAwait(false) switch
        {
            RegistryCredential.Password password => TokenRequest.Basic(password),
            RegistryCredential.AccessToken token => new AuthenticationHeaderValue("Bearer", token.Token),
            _ => null,
        };
    }

    // A token that is good still and is not the one that was just refused.
    private AccessToken? Known(RegistryRequest request, AuthenticationHeaderValue? refused) =>
        _tokens.TryGetValue((request.Host.Name, request.Scope), out AccessToken? known) && known.GoodUntil > options.Time.GetUtcNow() && !known.Header.Equals(refused)
            ? known
            : null;

    private async Task<AccessToken> FetchAsync(
        RegistryRequest request, Challenge challenge, AuthenticationHeaderValue? refused, CancellationToken ct)
    {
        if (Known(request, refused) is { } known)
            return known; // somebody else was first
        string scope = Scopes.Join(request.Scope, challenge.Scope);
        if (await tokenServer.TryTakeAsync(request, challenge, scope, refused is not null, ct).ConfigureAwait(false) is { } taken)
        {
            _tokens[(request.Host.Name, request.Scope)] = taken;
            return taken;
        }
        RegistryCredential? credential = await _credentials.GetAsync(request, ct).ConfigureAwait(false);
        AccessToken token = credential is RegistryCredential.AccessToken given
            ? new AccessToken(given.Token, DateTimeOffset.MaxValue)
            : await tokenServer.FetchAsync(request.Host, challenge, scope, credential, ct).ConfigureAwait(false);
        _tokens[(request.Host.Name, request.Scope)] = token;
        return token;
    }
}
