using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Uploads to a server that misbehaves.</summary>
public sealed class BlobUploadTests
{
    private static readonly byte[] Content = TestImages.Noise(500_000);

    private readonly BytesSource _source = new();
    private readonly Descriptor _blob;

    public BlobUploadTests() => _blob = _source.Add("application/octet-stream", Content);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static RegistryOptions InChunks => new() { Time = new LeapingTime(), MaxSingleUploadBytes = 10, ChunkSizeBytes = 100_000 };

    [Fact]
    public async Task A_chunk_that_breaks_is_taken_up_where_the_server_has_it()
    {
        ScriptedRegistry? registry = null;
        int patches = 0;
        await using ScriptedRegistry breaking = registry = new ScriptedRegistry(async exchange =>
        {
            if (exchange.Method != "PATCH" || ++patches != 3)
                return false;
            registry!.Received(exchange.Target, await exchange.ReadBodyAsync(30_000));
            exchange.Reset();
            return true;
        });
        using RegistryClient client = new(InChunks);
        await client.PushBlobAsync(breaking.Reference("app"), _blob, _source, Ct);
        Assert.Equal(Content, breaking.Blob(_blob.Digest));
        Assert.Equal(["0-99999", "100000-199999", "200000-299999", "230000-329999", "330000-429999", "430000-499999"],
            breaking.Requests.Where(static r => r.Method == "PATCH").Select(static r => r.Headers["Content-Range"]));
        Assert.Single(breaking.Requests, static r => r.Method == "GET");
    }

    [Fact]
    public async Task A_single_request_that_breaks_is_continued_in_chunks()
    {
        ScriptedRegistry? registry = null;
        int puts = 0;
        await using ScriptedRegistry breaking = registry = new ScriptedRegistry(async exchange =>
        {
            if (exchange.Method != "PUT" || ++puts != 1)
                return false;
            registry!.Received(exchange.Target, await exchange.ReadBodyAsync(200_000));
            exchange.Reset();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await client.PushBlobAsync(breaking.Reference("app"), _blob, _source, Ct);
        Assert.Equal(Content, breaking.Blob(_blob.Digest));
        Assert.Equal("200000-499999", Assert.Single(breaking.Requests, static r => r.Method == "PATCH").Headers["Content-Range"]);
    }

    [Fact]
    public async Task A_server_that_knows_no_such_repository_is_asked_once()
    {
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (exchange.Method != "POST")
                return false;
            await exchange.RespondAsync(404, "", """{"errors":[{"code":"NAME_UNKNOWN"}]}""");
            return true;
        });
        using RegistryClient client = new(InChunks);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct));
        Assert.Equal(RegistryErrorKind.NotFound, e.Kind);
        Assert.Equal(["HEAD", "POST"], registry.Requests.Select(static r => r.Method));
    }

    [Fact]
    public async Task An_upload_that_the_server_forgot_is_begun_again()
    {
        int patches = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            bool forgotten = exchange.Method is "PATCH" && ++patches == 2;
            if (forgotten || (exchange.Method == "GET" && exchange.Path == "/upload/u1"))
            {
                await exchange.RespondAsync(404, "", """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}""");
                return true;
            }
            return false;
        });
        using RegistryClient client = new(InChunks);
        await client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct);
        Assert.Equal(Content, registry.Blob(_blob.Digest));
        Assert.Equal(2, registry.Requests.Count(static r => r.Method == "POST"));
    }

    [Fact]
    public async Task When_only_the_last_answer_got_lost_nothing_is_sent_again()
    {
        ScriptedRegistry? registry = null;
        int puts = 0;
        await using ScriptedRegistry losing = registry = new ScriptedRegistry(async exchange =>
        {
            if (exchange.Method == "GET" && exchange.Path.StartsWith("/upload/", StringComparison.Ordinal))
            {
                await exchange.RespondAsync(404);
                return true;
            }
            if (exchange.Method != "PUT" || ++puts > 1)
                return false;
            registry!.AddBlob(await exchange.ReadBodyAsync());
            exchange.Reset();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await client.PushBlobAsync(losing.Reference("app"), _blob, _source, Ct);
        Assert.Equal(1, puts);
        Assert.Single(losing.Requests, static r => r.Method == "POST");
    }

    [Fact]
    public async Task A_server_without_chunks_gets_the_blob_in_one_piece()
    {
        await using ScriptedRegistry registry = new(static exchange => AnswerAsync(exchange, exchange.Method == "PATCH", 405, ""));
        using RegistryClient client = new(InChunks);
        await client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct);
        Assert.Equal(Content, registry.Blob(_blob.Digest));
    }

    [Fact]
    public async Task A_server_that_asks_for_larger_chunks_gets_them()
    {
        await using ScriptedRegistry registry = new(static exchange => AnswerAsync(exchange, exchange.Method == "POST", 202, "Location: /upload/u0?state=0\nOCI-Chunk-Min-Length: 300000"));
        using RegistryClient client = new(InChunks);
        await Assert.ThrowsAsync<RegistryException>(() => client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct)); // u0 is not known
        Assert.Equal("0-299999", registry.Requests.First(static r => r.Method == "PATCH").Headers["Content-Range"]);
    }

    [Fact]
    public async Task An_upload_that_keeps_breaking_fails_after_a_bounded_number_of_attempts()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            if (exchange.Method != "PUT")
                return false;
            await exchange.ReadBodyAsync(1000);
            exchange.Reset();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct));
        Assert.Equal(RegistryErrorKind.Unreachable, e.Kind);
        Assert.Equal(5, registry.Requests.Count(static r => r.Method == "PUT"));
    }

    [Fact]
    public async Task Credentials_do_not_travel_to_the_place_that_an_upload_is_sent_to()
    {
        await using FaultServer storage = new(static async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.RespondAsync(201);
        });
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (!exchange.Headers.ContainsKey("Authorization"))
                return await AnswerAsync(exchange, true, 401, "WWW-Authenticate: Basic realm=\"x\"");
            return await AnswerAsync(exchange, exchange.Method == "POST", 202, $"Location: {storage.Address}/put?sig=1");
        });
        using RegistryClient client = new(new RegistryOptions { Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.Password("builder", "open-sesame")) });
        await client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct);
        RecordedRequest put = Assert.Single(storage.Requests);
        Assert.Null(put.Authorization);
        Assert.Equal($"/put?sig=1&digest={Uri.EscapeDataString(_blob.Digest.Value)}", put.Target);
    }

    [Theory]
    [InlineData("http://example.com/put")]
    [InlineData("file:///tmp/put")]
    public async Task An_upload_is_not_sent_to_an_unsafe_place(string location)
    {
        await using ScriptedRegistry registry = new(exchange => AnswerAsync(exchange, exchange.Method == "POST", 202, $"Location: {location}"));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct));
        Assert.Equal(RegistryErrorKind.UnsafeRedirect, e.Kind);
    }

    [Fact]
    public async Task A_source_with_wrong_content_is_reported_as_such_and_not_stored()
    {
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        WrongSource wrong = new();
        await Assert.ThrowsAsync<InvalidImageException>(() => client.PushBlobAsync(registry.Reference("app"), _blob, wrong, Ct));
        Assert.False(registry.HasBlob(_blob.Digest));
    }

    [Fact]
    public async Task A_mount_that_is_refused_is_followed_by_an_upload()
    {
        await using ScriptedRegistry registry = new(static exchange => AnswerAsync(exchange, exchange.Target.Contains("mount=", StringComparison.Ordinal), 403, ""));
        using RegistryClient client = new(new RegistryOptions());
        Image image = TestImages.Create("refused");
        await client.PushAsync(image, registry.Reference("app:1"), [registry.Reference("secret/base")], Ct);
        Assert.True(registry.HasBlob(image.Layers[0].Blob.Digest));
    }

    [Fact]
    public async Task No_more_blobs_are_sent_at_once_than_allowed()
    {
        int now = 0;
        int most = 0;
        Lock gate = new();
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (exchange.Method != "PUT" || !exchange.Path.StartsWith("/upload/", StringComparison.Ordinal))
                return false;
            lock (gate)
                most = Math.Max(most, ++now);
            await Task.Yield();
            lock (gate)
                now--;
            return false;
        });
        using RegistryClient client = new(new RegistryOptions { MaxParallelUploads = 2 });
        await client.PushAsync(TestImages.Create("p1", "p2", "p3", "p4", "p5", "p6"), registry.Reference("app:1"), ct: Ct);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task Equal_blobs_pushed_at_the_same_time_are_sent_once()
    {
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PushBlobAsync(registry.Reference("app"), _blob, _source, Ct)));
        Assert.Single(registry.Requests, static r => r.Method == "PUT");
    }

    [Fact]
    public async Task A_push_that_fails_stores_no_manifest_and_stops_the_other_uploads()
    {
        await using ScriptedRegistry registry = new(static exchange => AnswerAsync(exchange, exchange.Method == "PUT", 403, ""));
        using RegistryClient client = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.PushAsync(TestImages.Create("f1", "f2"), registry.Reference("app:1"), ct: Ct));
        Assert.Equal(RegistryErrorKind.Denied, e.Kind);
        Assert.DoesNotContain(registry.Requests, static r => r.Method == "PUT" && r.Target.Contains("/manifests/", StringComparison.Ordinal));
    }

    private static async Task<bool> AnswerAsync(FaultExchange exchange, bool when, int status, string headers)
    {
        if (when)
            await exchange.RespondAsync(status, headers);
        return when;
    }

    private sealed class WrongSource : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) =>
            Task.FromResult<Stream>(new VerifyingStream(new MemoryStream(TestImages.Noise((int)blob.Size - 1).Append((byte)0).ToArray()), blob));
    }
}
