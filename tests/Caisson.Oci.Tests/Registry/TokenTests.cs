using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Bearer tokens with a token server that does what a test wants.</summary>
public sealed class TokenTests
{
    private static readonly RegistryCredential.Password Secret = new("builder", "open-sesame");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_requests_at_once_ask_for_one_token()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t.StartsWith("Bearer t", StringComparison.Ordinal)));
        using RegistryClient client = new(new RegistryOptions());
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct)));
        Assert.Single(tokens.Requests);
    }

    [Fact]
    public async Task A_token_is_used_until_it_expires_and_then_replaced_before_it_is_refused()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"access_token":"t{{n}}","expires_in":100}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t.StartsWith("Bearer t", StringComparison.Ordinal)));
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time });
        foreach (int wait in new[] { 0, 80, 20 })
        {
            time.Advance(TimeSpan.FromSeconds(wait));
            await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        }
        Assert.Equal(2, tokens.Requests.Count);
        Assert.Equal([null, "Bearer t1", "Bearer t1", "Bearer t2"], registry.Requests.Select(static r => r.Authorization));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_replaced_once()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        bool revoked = false;
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, t => t == (revoked ? "Bearer t2" : "Bearer t1")));
        using RegistryClient client = new(new RegistryOptions());
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        revoked = true;
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Equal(2, tokens.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_expires_during_a_download_is_replaced_and_the_download_goes_on()
    {
        byte[] content = TestImages.Noise(3 << 20);
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        bool broke = false;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (await WantAsync(exchange, tokens, t => t == (broke ? "Bearer t2" : "Bearer t1")))
                return true;
            if (broke)
                return false;
            broke = true;
            await exchange.StartAsync(200, $"Content-Length: {content.Length}");
            await exchange.WriteAsync(content[..(1 << 20)]);
            exchange.Reset();
            return true;
        });
        Descriptor blob = registry.AddBlob(content);
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await using Stream stream = await client.BlobsOf(registry.Reference("app")).OpenBlobAsync(blob, Ct);
        using MemoryStream read = new();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(2, tokens.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_expires_between_the_chunks_of_an_upload_is_replaced_and_the_upload_goes_on()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        int chunks = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (await WantAsync(exchange, tokens, t => t == (chunks >= 2 ? "Bearer t2" : "Bearer t1")))
                return true;
            chunks += exchange.Method == "PATCH" ? 1 : 0;
            return false;
        });
        BytesSource source = new();
        Descriptor blob = source.Add("application/octet-stream", TestImages.Noise(40_000));
        using RegistryClient client = new(new RegistryOptions { MaxSingleUploadBytes = 10_000, ChunkSizeBytes = 10_000 });
        await client.PushBlobAsync(registry.Reference("app"), blob, source, Ct);
        Assert.True(registry.HasBlob(blob.Digest));
        Assert.Equal(2, tokens.Requests.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task A_token_server_that_knows_only_forms_gets_one(int status)
    {
        string form = "";
        await using FaultServer tokens = new(async exchange =>
        {
            if (exchange.Method == "POST")
                form = System.Text.Encoding.UTF8.GetString(await exchange.ReadBodyAsync());
            await exchange.RespondAsync(exchange.Method == "POST" ? 200 : status, "", """{"access_token":"t"}""");
        });
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer t"));
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, Secret) });
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Equal("service=the+service&client_id=caisson&scope=repository%3Aapp%3Apull&grant_type=password&username=builder&password=open-sesame", form);
        Assert.Null(tokens.Requests[^1].Authorization);
    }

    [Fact]
    public async Task A_registry_that_refuses_every_token_is_asked_no_third_time()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"secret-token-{{n}}"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false));
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, Secret) });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, e.Kind);
        Assert.Equal(2, registry.Requests.Count);
        Assert.Contains("does not accept the credentials", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", e.ToString(), StringComparison.Ordinal); // the server repeats it
    }

    [Fact]
    public async Task Who_is_nobody_is_told_that_credentials_are_wanted_or_that_there_is_no_such_repository()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("goland:1"), Ct));
        Assert.StartsWith($"{registry.Authority} wants credentials for goland:1, or has no such repository", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_refused_by_the_token_server_was_refused_by_the_registry()
    {
        await using FaultServer tokens = new(static exchange => exchange.RespondAsync(401));
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false));
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, Secret) });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal((RegistryErrorKind.Unauthorized, registry.Authority), (e.Kind, e.Registry));
        Assert.Equal($"{tokens.Authority} does not accept the credentials for a token (repository:app:pull) for {registry.Authority}", e.Message);
    }

    [Fact]
    public async Task The_scope_that_a_registry_names_is_asked_for_too()
    {
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer t1", ",scope=\"repository:other:pull\""));
        using RegistryClient client = new(new RegistryOptions());
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Equal("/token?a=b&service=the%20service&scope=repository%3Aapp%3Apull&scope=repository%3Aother%3Apull", Assert.Single(tokens.Requests).Target);
    }

    [Fact]
    public async Task Credentials_go_to_the_realm_and_not_to_where_it_redirects()
    {
        await using FaultServer elsewhere = new(static exchange => exchange.RespondAsync(200, "", """{"token":"t1"}"""));
        await using FaultServer tokens = new(exchange => exchange.RespondAsync(307, $"Location: {elsewhere.Address}/token"));
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer t1"));
        FixedCredentials credentials = new(registry.Authority, Secret);
        using RegistryClient client = new(new RegistryOptions { Credentials = credentials });
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.StartsWith("Basic ", tokens.Requests[0].Authorization, StringComparison.Ordinal);
        Assert.Null(elsewhere.Requests[0].Authorization);
        Assert.Equal([registry.Authority], credentials.Asked);
    }

    [Fact]
    public async Task A_registry_with_tls_cannot_have_credentials_sent_over_plain_http()
    {
        using TestCertificates certificates = new();
        using X509Certificate2 server = certificates.Server();
        await using FaultServer tokens = Tokens(static n => $$"""{"token":"t{{n}}"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false), server);
        using RegistryClient client = new(new RegistryOptions
        {
            Credentials = new FixedCredentials(registry.Authority, Secret),
            TrustedCertificates = new RegistryOptions().TrustedCertificates.Add(registry.Authority, certificates.AuthorityPem),
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
        Assert.Empty(tokens.Requests);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://example.com/token")]
    public async Task A_realm_that_is_not_safe_is_not_asked(string realm)
    {
        await using ScriptedRegistry registry = new(async exchange =>
        {
            await exchange.RespondAsync(401, $"WWW-Authenticate: Bearer realm=\"{realm}\"");
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, Secret) });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"token":"with\nline"}""")]
    [InlineData("[]")]
    public async Task An_answer_without_a_token_is_an_error_that_quotes_nothing(string answer)
    {
        await using FaultServer tokens = Tokens(_ => answer);
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal($"{tokens.Authority} answers a request for a token with something else", e.Message);
    }

    [Fact]
    public async Task A_token_server_that_fails_for_a_while_is_asked_again()
    {
        int served = 0;
        await using FaultServer tokens = new(exchange => ++served < 3 ? exchange.RespondAsync(502) : exchange.RespondAsync(200, "", """{"token":"t"}"""));
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer t"));
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Equal(3, served);
    }

    [Fact]
    public async Task A_ready_made_access_token_is_shown_as_it_is()
    {
        await using FaultServer tokens = Tokens(static _ => "{}");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer ready-made"));
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.AccessToken("ready-made")) });
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Empty(tokens.Requests);
    }

    [Fact]
    public async Task Who_gives_tokens_is_asked_for_them_and_token_servers_are_not()
    {
        await using FaultServer tokens = Tokens(static _ => "{}");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t.StartsWith("Bearer given-", StringComparison.Ordinal)));
        await using ScriptedRegistry other = new(exchange => WantAsync(exchange, tokens, static t => t.StartsWith("Bearer given-", StringComparison.Ordinal)));
        GivingTokens giving = new(static w => new GivenToken($"given-{w.RegistryHost}", TimeSpan.FromSeconds(100)));
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Credentials = giving, Time = time });
        foreach (int wait in new[] { 0, 80, 20 })
        {
            time.Advance(TimeSpan.FromSeconds(wait));
            await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        }
        await client.HasBlobAsync(other.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.Empty(tokens.Requests);
        Assert.Equal([registry.Authority, registry.Authority, other.Authority], giving.Asked.Select(static w => w.RegistryHost));
        Assert.Equal((tokens.Address + "/token?a=b", "the service", "repository:app:pull"), (giving.Asked[0].Realm.AbsoluteUri, giving.Asked[0].Service, Assert.Single(giving.Asked[0].Scopes)));
        Assert.All(other.Requests, r => Assert.DoesNotContain(registry.Authority, r.Authorization ?? "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    public async Task What_is_given_and_is_no_token_is_not_shown(string token)
    {
        await using FaultServer tokens = Tokens(static _ => "{}");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static _ => false));
        using RegistryClient client = new(new RegistryOptions { Credentials = new GivingTokens(_ => new GivenToken(token, TimeSpan.Zero)) });
        Assert.Equal(RegistryErrorKind.InvalidContent, (await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct))).Kind);
        Assert.Single(registry.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_a_given_token_does_not_do_the_next_place_is_asked(bool isGiven)
    {
        await using FaultServer tokens = Tokens(static _ => """{"token":"fetched"}""");
        await using ScriptedRegistry registry = new(exchange => WantAsync(exchange, tokens, static t => t == "Bearer fetched"));
        GivingTokens giving = new(w => isGiven ? new GivenToken("anonymous", TimeSpan.Zero) : throw new RegistryException(RegistryErrorKind.Unauthorized, w.RegistryHost, "no token"));
        using RegistryClient client = new(new RegistryOptions { Credentials = new CredentialChain([giving, new FixedCredentials(registry.Authority, Secret)]) });
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        await client.HasBlobAsync(registry.Reference("app"), Digest.OfBytes([]), Ct);
        Assert.StartsWith("Basic ", Assert.Single(tokens.Requests).Authorization, StringComparison.Ordinal);
        using RegistryClient alone = new(new RegistryOptions { Credentials = new CredentialChain([giving, NoCredentials.Instance]) });
        Assert.Equal(RegistryErrorKind.Unauthorized, (await Assert.ThrowsAsync<RegistryException>(() => alone.GetManifestAsync(registry.Reference("app:1"), Ct))).Kind);
    }

    [Theory]
    [InlineData("realm=\"https://a/t\",service=\"s, with \\\"quotes\\\"\",scope=\"x y\"", "realm|https://a/t;service|s, with \"quotes\";scope|x y")]
    [InlineData("realm=https://a/t , service=s", "realm|https://a/t;service|s")]
    [InlineData("realm=\"unfinished", "")]
    [InlineData("", "")]
    [InlineData("=x,realm=y", "")]
    public void Challenges_are_read_as_lists_of_parameters(string text, string expected) =>
        Assert.Equal(expected, string.Join(';', ChallengeParameters.Read(text).Select(static p => $"{p.Key}|{p.Value}")));

    [Fact]
    public void Credentials_do_not_show_in_text()
    {
        Assert.Equal("Password", Secret.ToString());
        Assert.Equal("IdentityToken", new RegistryCredential.IdentityToken("x").ToString());
        Assert.Equal("GivenToken", new GivenToken("x", TimeSpan.Zero).ToString());
        Assert.Equal("exit code 0", new CredentialHelperResult(0, "secret").ToString());
    }

    private static FaultServer Tokens(Func<int, string> answer)
    {
        int count = 0;
        return new FaultServer(exchange => exchange.RespondAsync(200, "", answer(Interlocked.Increment(ref count))));
    }

    private static async Task<bool> WantAsync(FaultExchange exchange, FaultServer tokens, Func<string, bool> isGood, string rest = "")
    {
        string shown = exchange.Headers.GetValueOrDefault("Authorization") ?? "";
        if (isGood(shown))
            return false;
        await exchange.RespondAsync(401, $"WWW-Authenticate: Bearer realm=\"{tokens.Address}/token?a=b\",service=\"the service\"{rest}",
            $$"""{"errors":[{"code":"UNAUTHORIZED","message":"not good: {{shown}}"}]}""");
        return true;
    }
}
