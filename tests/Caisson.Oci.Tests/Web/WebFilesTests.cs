using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;
using Caisson.Oci.Web;

namespace Caisson.Oci.Tests.Web;

public sealed class WebFilesTests
{
    private static readonly byte[] Content = TestImages.Noise(300_000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_comes_whole_with_its_digest_tag_and_time()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "ETag: W/\"v1\"\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT", Content));
        (WebFile file, byte[] bytes) = await FetchAsync(server, "/dir/file.bin");
        Assert.Equal(Content, bytes);
        Assert.Equal((Digest.OfBytes(Content), Content.Length, "\"v1\""), (file.Content, file.SizeBytes, file.Tag));
        Assert.Equal(new DateTimeOffset(2015, 10, 21, 7, 28, 0, TimeSpan.Zero), file.Modified);
    }

    [Fact]
    public async Task What_the_server_still_has_is_not_transferred()
    {
        await using FaultServer server = new(static e => e.Headers["If-None-Match"] == "\"v1\", \"v2\"" ? e.RespondAsync(304, "ETag: \"v2\"") : e.RespondAsync(500));
        (WebFile file, byte[] bytes) = await FetchAsync(server, "/file", static r => r with { KnownTags = ["\"v1\"", "\"v2\""] });
        Assert.Equal(("\"v2\"", null), (file.Tag, file.Content));
        Assert.Empty(bytes);
    }

    [Fact]
    public async Task A_server_that_says_unchanged_without_a_tag_means_the_only_one()
    {
        await using FaultServer server = new(static e => e.RespondAsync(304));
        (WebFile file, _) = await FetchAsync(server, "/file", static r => r with { KnownTags = ["\"v1\""] });
        Assert.Equal(("\"v1\"", null), (file.Tag, file.Content));
    }

    [Fact]
    public async Task A_server_that_does_not_know_conditions_is_not_listened_to_the_end()
    {
        await using FaultServer server = new(static async e =>
        {
            await e.StartAsync(200, "ETag: \"v1\"\nContent-Length: 1000000000000");
            e.Close();
        });
        (WebFile file, _) = await FetchAsync(server, "/file", static r => r with { KnownTags = ["\"v1\""] });
        Assert.Equal(("\"v1\"", null), (file.Tag, file.Content));
    }

    [Fact]
    public async Task A_transfer_that_breaks_goes_on_where_it_ended()
    {
        int requests = 0;
        await using FaultServer server = new(async e =>
        {
            if (++requests == 1)
            {
                await e.StartAsync(200, $"ETag: \"v1\"\nContent-Length: {Content.Length}");
                await e.WriteAsync(Content[..100_000]);
                e.Close();
                return;
            }
            Assert.Equal(("bytes=100000-", "\"v1\""), (e.Headers["Range"], e.Headers["If-Range"]));
            await e.RespondAsync(206, $"ETag: \"v1\"\nContent-Range: bytes 100000-{Content.Length - 1}/{Content.Length}", Content[100_000..]);
        });
        (WebFile file, byte[] bytes) = await FetchAsync(server, "/file");
        Assert.Equal(Content, bytes);
        Assert.Equal(Digest.OfBytes(Content), file.Content);
    }

    [Theory]
    [InlineData("ETag: \"v1\"")] // the server ignores the range
    [InlineData("")] // nothing says that it would be the same file
    public async Task A_transfer_that_cannot_go_on_begins_again(string headers)
    {
        int requests = 0;
        await using FaultServer server = new(async e =>
        {
            if (++requests > 1)
            {
                await e.RespondAsync(200, headers, Content);
                return;
            }
            await e.StartAsync(200, $"{headers}\nContent-Length: {Content.Length}");
            await e.WriteAsync(TestImages.Noise(200_000));
            e.Reset();
        });
        (WebFile file, byte[] bytes) = await FetchAsync(server, "/file");
        Assert.Equal(Content, bytes);
        Assert.Equal(Digest.OfBytes(Content), file.Content);
    }

    [Fact]
    public async Task A_server_that_always_breaks_off_is_given_up()
    {
        await using FaultServer server = new(static async e =>
        {
            await e.StartAsync(200, "Content-Length: 100");
            await e.WriteAsync([1, 2, 3]);
            e.Close();
        });
        RegistryException failure = await FailAsync(server, "/file?token=secret");
        Assert.Equal(RegistryErrorKind.Unreachable, failure.Kind);
        Assert.Equal($"{server.Authority} broke off the transfer of {server.Address}/file?… after 3 bytes", failure.Message);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_little_gzip_that_grows_without_end_is_refused()
    {
        using MemoryStream encoded = new();
        using (GZipStream gzip = new(encoded, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++)
                gzip.Write(zeros);
        }
        await using FaultServer server = new(e => e.RespondAsync(200, "Content-Encoding: gzip", encoded.ToArray()));
        RegistryException failure = await FailAsync(server, "/file");
        Assert.Equal((RegistryErrorKind.InvalidContent, $"{server.Authority} sends gzip that grows to more than 200 times its size, for {server.Address}/file"), (failure.Kind, failure.Message));
    }

    [Theory]
    [InlineData("Bearer very-secret")]
    [InlineData("Basic very-secret")] // not base64
    [InlineData("very-secret")]
    public async Task Credentials_that_a_server_repeats_are_not_shown(string authorization)
    {
        await using FaultServer server = new(static e => e.RespondAsync(403, "", $$"""{"errors":[{"code":"DENIED","message":"not {{e.Headers["Authorization"]}}"}]}"""));
        RegistryException failure = await FailAsync(server, "/file", r => r with { Authorization = authorization });
        Assert.Contains("not ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_shows_no_secret()
    {
        WebFileRequest request = new(new Uri("https://user:password@a.example/file?token=x")) { Authorization = "Bearer y" };
        Assert.Equal("https://a.example/file?…", request.ToString());
    }

    [Fact]
    public async Task A_long_transfer_may_break_often_when_it_gets_on()
    {
        byte[] content = TestImages.Noise(8 << 20);
        int opened = 0;
        await using ResumedStream stream = new(async (position, ct) =>
        {
            opened++;
            await Task.Yield();
            return new MemoryStream(content, (int)position, Math.Min(1 << 20, content.Length - (int)position));
        }, content.Length);
        using MemoryStream read = new();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(8, opened);
    }

    [Fact]
    public async Task A_range_that_nobody_asked_for_is_refused()
    {
        await using FaultServer server = new(static e => e.RespondAsync(206, "Content-Range: bytes 0-2/9", [1, 2, 3]));
        Assert.Equal(RegistryErrorKind.InvalidContent, (await FailAsync(server, "/file")).Kind);
    }

    [Theory]
    [InlineData(404, RegistryErrorKind.NotFound)]
    [InlineData(401, RegistryErrorKind.Unauthorized)]
    [InlineData(403, RegistryErrorKind.Denied)]
    [InlineData(410, RegistryErrorKind.Rejected)]
    public async Task An_error_is_told_by_its_kind_at_once(int status, RegistryErrorKind kind)
    {
        await using FaultServer server = new(e => e.RespondAsync(status));
        RegistryException failure = await FailAsync(server, "/file");
        Assert.Equal((kind, status), (failure.Kind, (int?)failure.Status));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_fails_for_a_moment_is_asked_again()
    {
        int requests = 0;
        await using FaultServer server = new(e => ++requests < 3 ? e.RespondAsync(503) : e.RespondAsync(200, "", Content));
        Assert.Equal(Content, (await FetchAsync(server, "/file")).Bytes);
    }

    [Fact]
    public async Task Encoded_content_is_decoded()
    {
        using MemoryStream encoded = new();
        using (GZipStream gzip = new(encoded, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Content);
        await using FaultServer server = new(e => e.RespondAsync(200, "Content-Encoding: gzip", encoded.ToArray()));
        (WebFile file, byte[] bytes) = await FetchAsync(server, "/file");
        Assert.Equal(Content, bytes);
        Assert.Equal(Digest.OfBytes(Content), file.Content);
        Assert.Equal("gzip", server.Requests[0].Headers["Accept-Encoding"]);
    }

    [Fact]
    public async Task Credentials_stay_with_their_host()
    {
        await using FaultServer other = new(static e => e.RespondAsync(200, "", Content));
        await using FaultServer server = new(e => e.Path == "/file" ? e.RespondAsync(302, "Location: /here") : e.RespondAsync(302, $"Location: {other.Address}/there"));
        await FetchAsync(server, "/file", static r => r with { Authorization = "Bearer secret" });
        Assert.Equal(["Bearer secret", "Bearer secret"], server.Requests.Select(static r => r.Authorization));
        Assert.Null(Assert.Single(other.Requests).Authorization);
    }

    [Fact]
    public async Task Credentials_in_the_address_are_sent_and_not_shown()
    {
        await using FaultServer server = new(static e => e.RespondAsync(404));
        Uri address = new($"http://user:pass%20word@{server.Authority}/file");
        RegistryException failure = await FailAsync(server, "/file", r => r with { Address = address });
        Assert.Equal("Basic " + Convert.ToBase64String("user:pass word"u8), Assert.Single(server.Requests).Authorization);
        Assert.DoesNotContain("pass", failure.Message, StringComparison.Ordinal);
        Assert.Equal($"http://{server.Authority}/file", WebFiles.Shown(address));
    }

    [Fact]
    public async Task A_server_is_trusted_by_the_certificates_that_were_given_for_it()
    {
        using TestCertificates certificates = new();
        using X509Certificate2 own = certificates.Server();
        await using FaultServer server = new(static e => e.RespondAsync(200, "", Content), own);
        Assert.Equal(RegistryErrorKind.Untrusted, (await FailAsync(server, "/file")).Kind);
        RegistryOptions trusting = new() { TrustedCertificates = TrustIn(server.Authority, certificates) };
        using WebFiles files = new(trusting);
        using MemoryStream destination = new();
        Assert.Equal(Digest.OfBytes(Content), (await files.FetchAsync(new WebFileRequest(new Uri(server.Address + "/file")), destination, Ct)).Content);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirect_away_from_TLS_is_followed_only_where_that_is_allowed(bool isAllowed)
    {
        using TestCertificates certificates = new();
        using X509Certificate2 own = certificates.Server();
        await using FaultServer plain = new(static e => e.RespondAsync(200, "", Content));
        await using FaultServer server = new(e => e.RespondAsync(302, $"Location: {plain.Address}/file"), own);
        using WebFiles files = new(new RegistryOptions { TrustedCertificates = TrustIn(server.Authority, certificates) });
        using MemoryStream destination = new();
        Task<WebFile> fetching = files.FetchAsync(new WebFileRequest(new Uri(server.Address + "/file")) { LeavesTls = isAllowed }, destination, Ct);
        if (isAllowed)
            Assert.Equal(Digest.OfBytes(Content), (await fetching).Content);
        else
            Assert.Equal(RegistryErrorKind.UnsafeRedirect, (await Assert.ThrowsAsync<RegistryException>(() => fetching)).Kind);
        Assert.Equal(isAllowed ? 1 : 0, plain.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("http://user:pw@127.0.0.1/x")]
    public async Task A_redirect_to_something_else_is_not_followed(string location)
    {
        await using FaultServer server = new(e => e.RespondAsync(302, $"Location: {location}"));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, (await FailAsync(server, "/file")).Kind);
    }

    [Fact]
    public async Task A_ring_of_redirects_comes_to_an_end()
    {
        await using FaultServer server = new(static e => e.RespondAsync(302, "Location: /file"));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, (await FailAsync(server, "/file")).Kind);
    }

    private static ImmutableDictionary<string, string> TrustIn(string authority, TestCertificates certificates) =>
        ImmutableDictionary<string, string>.Empty.Add(authority, certificates.AuthorityPem);

    private static async Task<(WebFile File, byte[] Bytes)> FetchAsync(FaultServer server, string path, Func<WebFileRequest, WebFileRequest>? edit = null)
    {
        using WebFiles files = new(new RegistryOptions { Time = new LeapingTime(), Retry = new RetryPolicy { MaxAttempts = 3 } });
        WebFileRequest request = new(new Uri(server.Address + path));
        using MemoryStream destination = new();
        WebFile file = await files.FetchAsync(edit?.Invoke(request) ?? request, destination, Ct);
        return (file, destination.ToArray());
    }

    private static Task<RegistryException> FailAsync(FaultServer server, string path, Func<WebFileRequest, WebFileRequest>? edit = null) =>
        Assert.ThrowsAsync<RegistryException>(() => FetchAsync(server, path, edit));
}
