using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests.Sources;

/// <summary>ADD of files of the web.</summary>
public sealed class HttpSourceTests : IAsyncLifetime
{
    private static readonly byte[] Content = "content of the file"u8.ToArray();
    private static readonly string Sum = Digest.OfBytes(Content).Value;

    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync(Quick);

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("ADD {0}/dir/a.txt /dst/", "d 0755 0:0 dst", "f 0600 0:0 dst/a.txt \"content of the file\"")]
    [InlineData("ADD {0}/dir/a.txt /dst", "f 0600 0:0 dst \"content of the file\"")]
    [InlineData("ADD --chmod=755 --chown=1:2 {0}/a%20b /", "f 0755 1:2 a b \"content of the file\"")]
    [InlineData("ADD {0}/a[b /", "f 0600 0:0 a[b \"content of the file\"")]
    [InlineData("ADD {0} /", "f 0600 0:0 __unnamed__ \"content of the file\"")]
    public async Task A_file_is_added_with_its_name_and_for_its_owner_only(string add, params string[] files)
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content));
        Assert.Equal(files, await _workshop.FilesAsync($"FROM scratch\n{add.Replace("{0}", server.Address, StringComparison.Ordinal)}\n"));
    }

    [Fact]
    public async Task The_time_is_that_of_the_server_up_to_that_of_the_image()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, e.Path == "/dated" ? "Last-Modified: Thu, 01 Jan 1970 00:01:40 GMT" : "", Content));
        string dockerfile = $"FROM scratch\nADD {server.Address}/dated {server.Address}/undated /\n";
        Assert.Equal(["dated @100", "undated @0"], await TimesAsync(dockerfile, "1000"));
        Assert.Equal(["dated @50", "undated @0"], await TimesAsync(dockerfile, "50"));
    }

    [Fact]
    public async Task A_server_that_says_unchanged_sends_nothing_and_the_step_is_cached()
    {
        await using FaultServer server = new(static e => e.Headers.GetValueOrDefault("If-None-Match") == "\"v1\"" ? e.RespondAsync(304) : e.RespondAsync(200, "ETag: \"v1\"", Content));
        string dockerfile = $"FROM scratch\nADD {server.Address}/a /\n";
        Digest first = (await _workshop.BuildAsync(dockerfile)).Digest;
        await _workshop.ReopenAsync();
        Built second = await _workshop.BuildAsync(dockerfile);
        Assert.Equal(first, second.Digest);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal([null, "\"v1\""], server.Requests.Select(static r => r.Headers.GetValueOrDefault("If-None-Match")));
    }

    [Fact]
    public async Task Another_content_is_another_step_and_the_same_under_another_address_is_not()
    {
        byte[] content = Content;
        await using FaultServer server = new(e => e.RespondAsync(200, "", content));
        await _workshop.BuildAsync($"FROM scratch\nADD {server.Address}/one/a /\n");
        Assert.Contains("cached", Assert.Single((await _workshop.BuildAsync($"FROM scratch\nADD {server.Address}/two/a /\n")).Steps), StringComparison.Ordinal);
        content = "other"u8.ToArray();
        Assert.Contains("done", Assert.Single((await _workshop.BuildAsync($"FROM scratch\nADD {server.Address}/one/a /\n")).Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_checksum_that_is_known_no_one_is_asked()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content));
        string dockerfile = $"FROM scratch\nADD --checksum={Sum} {server.Address}/a /\n";
        Digest first = (await _workshop.BuildAsync(dockerfile)).Digest;
        Assert.Single(server.Requests);
        Assert.Equal(first, (await _workshop.BuildAsync(dockerfile)).Digest);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_wrong_checksum_shows_both()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", "something else"));
        Diagnostic finding = await _workshop.FailAsync($"FROM scratch\nADD --checksum={Sum} {server.Address}/a?token=secret /\n");
        Assert.Equal((EngineCodes.ChecksumMismatch, 2), (finding.Code, finding.Where?.Line));
        Assert.Equal($"{server.Address}/a?… is not the expected file: expected {Sum}, got {Digest.OfBytes("something else"u8.ToArray())}", finding.Message);
    }

    [Theory]
    [InlineData(404, EngineCodes.WebFileNotFound, "has no")]
    [InlineData(410, EngineCodes.WebFileNotFound, "any more")]
    [InlineData(401, EngineCodes.WebFileRefused, "status 401")]
    [InlineData(403, EngineCodes.WebFileRefused, "status 403")]
    [InlineData(500, EngineCodes.WebFailed, "status 500")]
    [InlineData(418, EngineCodes.WebFailed, "status 418")]
    public async Task What_a_server_does_not_give_is_told_at_the_instruction(int status, string code, string message)
    {
        await using FaultServer server = new(e => e.RespondAsync(status));
        Diagnostic finding = await _workshop.FailAsync($"FROM scratch\nADD {server.Address}/a /\n");
        Assert.Equal((code, 2), (finding.Code, finding.Where?.Line));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nADD http://127.0.0.1:1/a /\n");
        Assert.Equal((EngineCodes.WebUnreachable, 2), (finding.Code, finding.Where?.Line));
        Assert.Equal("http://127.0.0.1:1/a cannot be fetched: 127.0.0.1:1 cannot be reached: connection refused", finding.Message);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_no_file()
    {
        await using FaultServer server = new(static async e =>
        {
            await e.StartAsync(200, "Content-Length: 100");
            await e.WriteAsync([1, 2, 3]);
            e.Close();
        });
        Assert.Equal(EngineCodes.WebUnreachable, (await _workshop.FailAsync($"FROM scratch\nADD {server.Address}/a /\n")).Code);
    }

    [Fact]
    public async Task A_server_without_trust_is_told_and_one_with_its_authority_is_used()
    {
        using TestCertificates certificates = new();
        using X509Certificate2 own = certificates.Server();
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content), own);
        string dockerfile = $"FROM scratch\nADD {server.Address}/a /\n";
        Diagnostic finding = await _workshop.FailAsync(dockerfile);
        Assert.Equal((EngineCodes.ServerUntrusted, $"give its authority's certificate with --registry-ca {server.Authority}=FILE"), (finding.Code, finding.Hint));
        await using Workshop trusting = await Workshop.OpenAsync(o => o with { Registry = new RegistryOptions { TrustedCertificates = ImmutableDictionary<string, string>.Empty.Add(server.Authority, certificates.AuthorityPem) } });
        Assert.Equal(["f 0600 0:0 a \"content of the file\""], await trusting.FilesAsync(dockerfile));
    }

    [Theory]
    [InlineData("HTTP_AUTH_TOKEN_127.0.0.1", "secret\n", "Bearer secret")]
    [InlineData("HTTP_AUTH_HEADER_127.0.0.1", "Basic c2VjcmV0", "Basic c2VjcmV0")]
    [InlineData("HTTP_AUTH_TOKEN_example.com", "secret", null)]
    public async Task Secrets_with_the_name_of_a_host_are_for_that_host(string id, string secret, string? sent)
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content));
        Built built = await _workshop.BuildAsync($"FROM scratch\nADD {server.Address}/a /\n", r => r with { Secrets = r.Secrets.Add(id, new SecretSource.Bytes(Encoding.UTF8.GetBytes(secret))) });
        Assert.Equal(sent, Assert.Single(server.Requests).Authorization);
        Assert.DoesNotContain("secret", built.Image.Config.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "f 0600 0:0 dst/a.tar")]
    [InlineData("--unpack=false ", "f 0600 0:0 dst/a.tar")]
    [InlineData("--unpack=true ", "f 0644 0:0 dst/x \"X\"")]
    [InlineData("--unpack ", "f 0644 0:0 dst/x \"X\"")]
    public async Task A_fetched_archive_is_unpacked_when_asked(string flag, string file)
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("x", "X"));
        await using FaultServer server = new(e => e.RespondAsync(200, "", archive));
        string[] files = await _workshop.FilesAsync($"FROM scratch\nADD {flag}{server.Address}/a.tar /dst/\n");
        Assert.StartsWith(file, Assert.Single(files, static f => f.StartsWith('f')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fetched_file_that_is_no_archive_is_not_unpacked()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content));
        Assert.Equal(["f 0600 0:0 a \"content of the file\""], await _workshop.FilesAsync($"FROM scratch\nADD --unpack=true {server.Address}/a /\n"));
    }

    [Fact]
    public async Task A_named_context_may_be_a_file_of_the_web()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content));
        Assert.Equal(["f 0600 0:0 a \"content of the file\""], await _workshop.FilesAsync("FROM scratch\nCOPY --from=file context /a\n", r => r with { NamedContexts = r.NamedContexts.Add("file", server.Address + "/x.tar") }));
    }

    private static BuildEngineOptions Quick(BuildEngineOptions options) => options with { Registry = new RegistryOptions { Retry = new RetryPolicy { MaxAttempts = 2, FirstDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero } } };

    private async Task<string[]> TimesAsync(string dockerfile, string epoch)
    {
        Built built = await _workshop.BuildAsync(dockerfile, r => r with { Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", epoch) });
        string[] lines = await Layers.OfAsync(built.Image.Layers[^1], withTimes: true);
        return [.. lines.Select(static l => $"{l.Split(' ')[3]} {l.Split(' ')[^1]}")];
    }
}
