using System.Net;
using System.Text.Json;

namespace Caisson.Oci.Registry;

/// <summary>Gets tokens from the server that a registry names in its challenge.</summary>
/// <remarks>
/// Docker registry token authentication: GET with basic authentication, or anonymous; and POST (OAuth 2.0, <c>refresh_token</c> grant)
/// with an identity token. The credentials go to the realm alone, and only over https, or plain HTTP when the registry itself is spoken to so.
/// </remarks>
internal sealed class TokenServer(RegistryOptions options, HttpTransport transport, RedirectingSender sender)
{
    private const int MaxAnswerBytes = 1 << 20;
    private const int DefaultLifetimeSeconds = 60;
    private const int MaxLifetimeSeconds = 86400;
    private static readonly TimeSpan MaxLeeway = TimeSpan.FromSeconds(10);

    /// <summary>A fresh token.</summary>
    /// <exception cref="RegistryException">The realm may not be used, does not answer, or refuses.</exception>
    public Task<AccessToken> FetchAsync(RegistryHost host, Challenge challenge, string scope, RegistryCredential? credential, CancellationToken ct)
    {
        Uri realm = challenge.Realm ?? throw new ArgumentException("a token server has an address", nameof(challenge));
        CheckRealm(host, realm);
        TokenRequest request = new() { Host = host, Realm = realm, Service = challenge.Service, Scope = scope, Credential = credential };
        return Attempts.RunAsync(options, attempt => FetchOnceAsync(request, attempt), ct);
    }

    /// <summary>A token that the source of credentials gets for us; null when it does not do that.</summary>
    /// <exception cref="RegistryException">The realm may not be used, or the source did not get one.</exception>
    public async Task<AccessToken?> TryTakeAsync(RegistryRequest request, Challenge challenge, string scope, bool wasRefused, CancellationToken ct)
    {
        Uri realm = challenge.Realm ?? throw new ArgumentException("a token server has an address", nameof(challenge));
        CheckRealm(request.Host, realm);
        DateTimeOffset askedAt = options.Time.GetUtcNow();
        WantedToken wanted = new(request.Host.Name, request.Repository, realm, challenge.Service, [.. Scopes.Split(scope)]) { WasRefused = wasRefused };
        if (await options.Credentials.TryGetTokenAsync(wanted, ct).ConfigureAwait(false) is not { } given)
            return null;
        return IsToken(given.Token) ? Lasting(given.Token, given.Lifetime.TotalSeconds, askedAt) with { IsGiven = true } : throw NoToken(realm, null);
    }

    private static void CheckRealm(RegistryHost host, Uri realm)
    {
        if (realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && host.Root.Scheme == Uri.UriSchemeHttp))
            return; // the transport still refuses plain HTTP to hosts where it is not allowed
        throw new RegistryException(RegistryErrorKind.UnsafeRedirect, host.Name,
            $"{host.Name} names {Redaction.Of(realm)} as its token server; credentials are not sent there, because it is not https");
    }

    private async Task<AccessToken> FetchOnceAsync(TokenRequest request, CancellationToken ct)
    {
        DateTimeOffset askedAt = options.Time.GetUtcNow();
        HttpResponseMessage response = await SendAsync(request, ct).ConfigureAwait(false);
        // Some know the form of OAuth 2.0 alone.
        if (request is { IsForm: false, Credential: RegistryCredential.Password } && response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound)
        {
            response.Dispose();
            request = request with { IsForm = true };
            response = await SendAsync(request, ct).ConfigureAwait(false);
        }
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.OK)
                return Read(await BodyAsync(request.Address, response, ct).ConfigureAwait(false), request.Address, askedAt);
            string what = request.Host.IsOriginOf(request.Address) ? $"a token ({request.Scope})" : $"a token ({request.Scope}) for {request.Host.Name}";
            RequestSubject asked = new(request.Host.Name, what, request.Credential is not null) { Host = request.Address.Authority };
            throw await ErrorAnswer.ReadAsync(asked, response, request.Secret, transport, ct).ConfigureAwait(false);
        }
    }

    private Task<HttpResponseMessage> SendAsync(TokenRequest request, CancellationToken ct) =>
        sender.SendAsync(request.Address, request.Authorization, (to, header) => Task.FromResult(request.ToMessage(to, header)), ct);

    private async Task<byte[]> BodyAsync(Uri uri, HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            Stream body = await transport.OpenBodyAsync(response, ct).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                return await BoundedBody.ReadAsync(body, MaxAnswerBytes, ct).ConfigureAwait(false) ?? throw NoToken(uri, null);
        }
        catch (IOException e)
        {
            throw NoAnswer.Broken(uri.Authority, "a token", e);
        }
    }

    private static AccessToken Read(byte[] body, Uri uri, DateTimeOffset askedAt)
    {
        TokenAnswer? answer;
        try
        {
            answer = JsonSerializer.Deserialize(body, RegistryJsonContext.Default.TokenAnswer);
        }
        catch (JsonException e)
        {
            throw NoToken(uri, e);
        }
        string? token = string.IsNullOrEmpty(answer?.Token) ? answer?.AccessToken : answer.Token;
        return token is not null && IsToken(token) ? Lasting(token, answer?.ExpiresInSeconds, askedAt) : throw NoToken(uri, null);
    }

    private static bool IsToken(string token) => token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static AccessToken Lasting(string token, double? toldSeconds, DateTimeOffset askedAt)
    {
        double seconds = toldSeconds is > 0 and { } told ? Math.Min(told, MaxLifetimeSeconds) : DefaultLifetimeSeconds;
        TimeSpan lifetime = TimeSpan.FromSeconds(seconds);
        TimeSpan leeway = lifetime / 10 < MaxLeeway ? lifetime / 10 : MaxLeeway;
        return new AccessToken(token, askedAt + lifetime - leeway);
    }

    // The body is not quoted: it may hold a token.
    private static RegistryException NoToken(Uri uri, Exception? cause) =>
        new(RegistryErrorKind.InvalidContent, uri.Authority, $"{uri.Authority} answers a request for a token with something else", cause);
}
