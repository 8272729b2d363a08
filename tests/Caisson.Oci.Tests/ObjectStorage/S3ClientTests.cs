using System.Security.Cryptography;
using Caisson.Oci.ObjectStorage;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Services;

namespace Caisson.Oci.Tests.ObjectStorage;

public sealed class S3ClientTests
{
    private const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The example "GET Bucket Lifecycle" of "Signature Calculations for the Authorization Header", Amazon S3 API reference.
    [Fact]
    public void The_signature_of_the_documentation_comes_out()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "https://examplebucket.s3.amazonaws.com/?lifecycle=");
        S3Key key = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SessionToken: null);
        new S3Signature(key, "us-east-1").Sign(request, EmptySha256, new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero));
        Assert.EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", request.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain/key")]
    [InlineData("blobs/sha256:0123")]
    [InlineData("with space+plus&and=more/ü~")]
    public async Task What_is_written_is_found_and_read(string key)
    {
        await using S3StandIn server = new();
        using S3Client client = Open(server);
        byte[] content = [1, 2, 3];
        Assert.Null(await client.FindAsync(key, Ct));
        Assert.Null(await client.ReadAsync(key, 100, Ct));
        await WriteAsync(client, key, content);
        Assert.Equal(content, server.Objects[key]);
        Assert.NotNull(await client.FindAsync(key, Ct));
        Assert.Equal(content, await client.ReadAsync(key, 100, Ct));
        await client.TouchAsync(key, Ct);
        Assert.Equal(content, server.Objects[key]);
    }

    [Fact]
    public async Task A_temporary_key_brings_its_token()
    {
        await using S3StandIn server = new() { SessionToken = "session" };
        using S3Client client = Open(server, token: "session");
        await WriteAsync(client, "key", [1]);
        using S3Client without = Open(server);
        RegistryException refused = await Assert.ThrowsAsync<RegistryException>(() => WriteAsync(without, "key", [1]));
        Assert.Contains("InvalidToken", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_told_without_it()
    {
        await using S3StandIn server = new();
        using S3Client client = Open(server, secret: "wrong-secret");
        RegistryException refused = await Assert.ThrowsAsync<RegistryException>(() => client.ReadAsync("key", 100, Ct));
        Assert.Contains("SignatureDoesNotMatch", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_that_breaks_goes_on_where_it_ended()
    {
        await using S3StandIn server = new();
        using S3Client client = Open(server);
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        await WriteAsync(client, "key", content);
        server.BreaksAfter = 100_000;
        await using Stream stream = client.Open("key", content.Length);
        using MemoryStream read = new();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(2, server.Requests.Count(static r => r.StartsWith("GET", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_copy_that_fails_after_its_answer_began_is_no_success()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", "<?xml version=\"1.0\"?>\n\n<Error><Code>InternalError</Code><Message>try later</Message></Error>"));
        using S3Client client = new(new S3Options { Bucket = "b", Region = "r", Endpoint = new Uri(server.Address), UsesPathStyle = true }, new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.TouchAsync("key", Ct));
        Assert.Equal($"{server.Authority} failed on object key: try later (InternalError)", e.Message);
    }

    [Fact]
    public async Task An_object_larger_than_asked_for_is_refused()
    {
        await using S3StandIn server = new();
        using S3Client client = Open(server);
        await WriteAsync(client, "key", new byte[101]);
        Assert.Equal(RegistryErrorKind.TooLarge, (await Assert.ThrowsAsync<RegistryException>(() => client.ReadAsync("key", 100, Ct))).Kind);
    }

    private static Task WriteAsync(S3Client client, string key, byte[] content) =>
        client.WriteAsync(key, Convert.ToHexStringLower(SHA256.HashData(content)), content.Length, _ => Task.FromResult<Stream>(new MemoryStream(content)), Ct);

    private static S3Client Open(S3StandIn server, string secret = S3StandIn.Secret, string? token = null) => new(
        new S3Options { Bucket = S3StandIn.Bucket, Region = S3StandIn.Region, Endpoint = server.Address, UsesPathStyle = true, Key = new S3Key(S3StandIn.KeyId, secret, token) },
        new RegistryOptions { Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(1) } });
}
