using System.Net;
using System.Net.Http.Headers;
using System.Text;
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
        return Attempts.RunAsync(options, attempt => FetchOnceAsync(host, challenge, scope, credential, attempt), ct);
    }

    private static void CheckRealm(RegistryHost host, Uri realm)
    {
        if (realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && host.Root.Scheme == Uri.UriSchemeHttp))
            return; // the transport still refuses plain HTTP to hosts where it is not allowed
        throw new RegistryException(RegistryErrorKind.UnsafeRedirect, host.Name,
            $"{host.Name} names {Redaction.Of(realm)} as its token server; credentials are not sent there, because it is not https");
    }

    private async Task<AccessToken> FetchOnceAsync(
        RegistryHost host, Challenge challenge, string scope, RegistryCredential? credential, CancellationToken ct)
    {
        RegistryCredential.IdentityToken? identity = credential as RegistryCredential.IdentityToken;
        AuthenticationHeaderValue? authorization = credential is RegistryCredential.Password password ? BasicHeader(password) : null;
        Uri uri = identity is not null ? challenge.Realm! : AskingUri(challenge, scope, credential); // not null: FetchAsync checked it
        DateTimeOffset askedAt = options.Time.GetUtcNow();
        using HttpResponseMessage response = await sender.SendAsync(uri, authorization, (to, header) =>
            Task.FromResult(Message(to, header, challenge, scope, credential)), ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            AuthenticationHeaderValue? sent = identity is not null ? new("Bearer", identity.Token) : authorization;
            string what = host.IsOriginOf(uri) ? $"a token ({scope})" : $"a token ({scope}) for {host.Name}";
            RequestSubject asked = new(uri.Authority, what, credential is not null);
            throw await ErrorAnswer.ReadAsync(asked, response, sent, transport, ct).ConfigureAwait(false);
        }
        return Read(await BodyAsync(uri, response, ct).ConfigureAwait(false), uri, askedAt);
    }

    private static HttpRequestMessage Message(
        Uri to, AuthenticationHeaderValue? authorization, Challenge challenge, string scope, RegistryCredential? credential)
    {
        if (credential is not RegistryCredential.IdentityToken identity)
        {
            HttpRequestMessage get = new(HttpMethod.Get, to);
            get.Headers.Authorization = authorization;
            return get;
        }
        Dictionary<string, string> form = new()
        {
            ["grant_type"] = "refresh_token",
            ["service"] = challenge.Service ?? "",
            ["client_id"] = "caisson",
            ["scope"] = scope,
            ["refresh_token"] = identity.Token,
        };
        return new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(form) };
    }

    private static Uri AskingUri(Challenge challenge, string scope, RegistryCredential? credential)
    {
        UriBuilder builder = new(challenge.Realm!); // not null: FetchAsync checked it
        StringBuilder query = new(builder.Query.TrimStart('?'));
        void Add(string name, string value) => query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));

        if (challenge.Service is { } service)
            Add("service", service);
        foreach (string single in Scopes.Split(scope))
            Add("scope", single);
        if (credential is RegistryCredential.Password password)
            Add("account", password.User);
        builder.Query = query.ToString();
        return builder.Uri;
    }

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
        if (string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw NoToken(uri, null);
        double seconds = answer?.ExpiresInSeconds is > 0 and { } told ? Math.Min(told, MaxLifetimeSeconds) : DefaultLifetimeSeconds;
        TimeSpan lifetime = TimeSpan.FromSeconds(seconds);
        TimeSpan leeway = lifetime / 10 < MaxLeeway ? lifetime / 10 : MaxLeeway;
        return new AccessToken(token, askedAt + lifetime - leeway);
    }

    public static AuthenticationHeaderValue BasicHeader(RegistryCredential.Password password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{password.User}:{password.Secret}")));

    // The body is not quoted: it may hold a token.
    private static RegistryException NoToken(Uri uri, Exception? cause) =>
        new(RegistryErrorKind.InvalidContent, uri.Authority, $"{uri.Authority} answers a request for a token with something else", cause);
}
