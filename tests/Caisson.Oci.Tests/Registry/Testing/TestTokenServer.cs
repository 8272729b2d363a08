using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A token server with a signing key, as a registry with token authentication needs one.</summary>
/// <remarks>Docker registry token authentication, "Token Authentication Implementation": a JWT signed with ES256, its certificate in <c>x5c</c>.</remarks>
internal sealed class TestTokenServer : IAsyncDisposable
{
    public const string User = "builder";
    public const string Password = "correct:horse";
    public const string RefreshToken = "identity-of-the-builder";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FaultServer _server;

    public TestTokenServer()
    {
        CertificateRequest request = new("CN=token server of a test", _key, HashAlgorithmName.SHA256);
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _server = new FaultServer(AnswerAsync);
    }

    public X509Certificate2 Certificate { get; }

    public string Realm => _server.Address + "/token";

    public IReadOnlyList<RecordedRequest> Requests => _server.Requests;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Certificate.Dispose();
        _key.Dispose();
    }

    private async Task AnswerAsync(FaultExchange exchange)
    {
        bool posted = exchange.Method == "POST";
        string form = posted ? Encoding.UTF8.GetString(await exchange.ReadBodyAsync()) : exchange.Target[(exchange.Target.IndexOf('?', StringComparison.Ordinal) + 1)..];
        ILookup<string, string> fields = form.Split('&').Select(static f => f.Split('=')).ToLookup(static f => f[0], static f => WebUtility.UrlDecode(f[1]));
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        bool known = posted ? fields["refresh_token"].Contains(RefreshToken) || (fields["username"].Contains(User) && fields["password"].Contains(Password)) : exchange.Headers.GetValueOrDefault("Authorization") == basic;
        if (exchange.Headers.ContainsKey("Authorization") && !known)
        {
            await exchange.RespondAsync(401, "Content-Type: application/json", """{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}""");
            return;
        }
        string[] scopes = [.. fields["scope"].SelectMany(static s => s.Split(' '))];
        string token = Sign(fields["service"].Single(), scopes, known);
        await exchange.RespondAsync(200, "Content-Type: application/json", $$"""{"{{(posted ? "access_token" : "token")}}":"{{token}}","expires_in":300}""");
    }

    // Anonymous callers may pull what is public; the builder may do everything.
    private string Sign(string service, string[] scopes, bool known)
    {
        var access = scopes.Select(static s => s.Split(':')).Select(p => new
        {
            type = p[0],
            name = p[1],
            actions = known ? p[2].Split(',') : p[1].StartsWith("public/", StringComparison.Ordinal) ? ["pull"] : [],
        });
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string header = JsonSerializer.Serialize(new { typ = "JWT", alg = "ES256", x5c = new[] { Convert.ToBase64String(Certificate.RawData) } });
        string claims = JsonSerializer.Serialize(new { iss = "caisson-test", sub = "", aud = service, exp = now + 300, nbf = now - 300, iat = now, jti = now.ToString(CultureInfo.InvariantCulture), access });
        string signed = $"{Base64Url(Encoding.UTF8.GetBytes(header))}.{Base64Url(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
