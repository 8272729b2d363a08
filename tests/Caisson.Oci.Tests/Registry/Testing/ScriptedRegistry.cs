using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A registry in memory that behaves, except where a test steps in.</summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (string MediaType, byte[] Content)> _manifests = new();
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<string, byte[]> _uploads = new();
    private readonly Func<FaultExchange, Task<bool>> _intercept;
    private readonly FaultServer _server;
    private int _uploadNumber;

    /// <param name="intercept">Sees each request first; true when it has answered.</param>
    public ScriptedRegistry(Func<FaultExchange, Task<bool>>? intercept = null, X509Certificate2? certificate = null)
    {
        _intercept = intercept ?? (static _ => Task.FromResult(false));
        _server = new FaultServer(AnswerAsync, certificate);
    }

    public string Authority => _server.Authority;

    public string Address => _server.Address;

    /// <summary>The requests but for the first look at how the registry answers.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _server.Requests.Where(static r => r.Target != "/v2/")];

    public bool HasBlob(Digest digest) => _blobs.ContainsKey(digest.Value);

    public byte[] Blob(Digest digest) => _blobs[digest.Value];

    public Reference Reference(string name) => Model.Reference.Parse($"{Authority}/{name}");

    public Descriptor AddBlob(byte[] content)
    {
        Descriptor blob = Descriptor.Of("application/octet-stream", content);
        _blobs[blob.Digest.Value] = content;
        return blob;
    }

    public Descriptor AddManifest(string mediaType, byte[] content, string? tag = null)
    {
        Descriptor manifest = Descriptor.Of(mediaType, content);
        _manifests[manifest.Digest.Value] = (mediaType, content);
        if (tag is not null)
            _manifests[tag] = (mediaType, content);
        return manifest;
    }

    public async Task AddImageAsync(Image image, string tag)
    {
        AddManifest(image.Descriptor.MediaType, image.ManifestBytes.ToArray(), tag);
        AddBlob(image.ConfigBytes.ToArray());
        foreach (ImageLayer layer in image.Layers)
        {
            using MemoryStream copy = new();
            await using Stream stream = await layer.OpenAsync(TestContext.Current.CancellationToken);
            await stream.CopyToAsync(copy);
            AddBlob(copy.ToArray());
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(FaultExchange exchange)
    {
        if (exchange.Target == "/v2/" || !await _intercept(exchange))
            await BehaveAsync(exchange);
    }

    private Task BehaveAsync(FaultExchange exchange)
    {
        string name = exchange.Path[(exchange.Path.LastIndexOf('/') + 1)..];
        return (exchange.Method, exchange.Path) switch
        {
            (_, "/v2/") => exchange.RespondAsync(200),
            ("GET" or "HEAD", { } p) when p.Contains("/manifests/", StringComparison.Ordinal) => ManifestAsync(exchange, name),
            ("PUT", { } p) when p.Contains("/manifests/", StringComparison.Ordinal) => StoreManifestAsync(exchange, name),
            ("GET", { } p) when p.EndsWith("/tags/list", StringComparison.Ordinal) => TagsAsync(exchange),
            ("GET" or "HEAD", { } p) when p.Contains("/blobs/sha256", StringComparison.Ordinal) => BlobAsync(exchange, name),
            ("POST", { } p) when p.EndsWith("/blobs/uploads/", StringComparison.Ordinal) => OpenUploadAsync(exchange),
            (_, { } p) when p.StartsWith("/upload/", StringComparison.Ordinal) => UploadAsync(exchange, name),
            _ => exchange.RespondAsync(404),
        };
    }

    private Task ManifestAsync(FaultExchange exchange, string name) => _manifests.TryGetValue(name, out (string MediaType, byte[] Content) manifest)
        ? exchange.RespondAsync(200, $"Content-Type: {manifest.MediaType}\nDocker-Content-Digest: {Digest.OfBytes(manifest.Content)}", manifest.Content)
        : exchange.RespondAsync(404, "Content-Type: application/json", """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");

    private Task TagsAsync(FaultExchange exchange) =>
        exchange.RespondAsync(200, "Content-Type: application/json", $$"""{"tags":[{{string.Join(',', _manifests.Keys.Where(static k => !k.Contains(':', StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(static t => $"\"{t}\""))}}]}""");

    private async Task StoreManifestAsync(FaultExchange exchange, string name)
    {
        byte[] content = await exchange.ReadBodyAsync();
        Descriptor stored = AddManifest(exchange.Headers["Content-Type"], content, name);
        await exchange.RespondAsync(201, $"Docker-Content-Digest: {stored.Digest}");
    }

    private Task BlobAsync(FaultExchange exchange, string name)
    {
        if (!_blobs.TryGetValue(name, out byte[]? content))
            return exchange.RespondAsync(404);
        int start = exchange.RangeStart;
        return start == 0
            ? exchange.RespondAsync(200, "Content-Type: application/octet-stream", content)
            : exchange.RespondAsync(206, $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}", content[start..]);
    }

    private Task OpenUploadAsync(FaultExchange exchange)
    {
        string id = "u" + Interlocked.Increment(ref _uploadNumber).ToString(CultureInfo.InvariantCulture);
        _uploads[id] = [];
        return exchange.RespondAsync(202, $"Location: /upload/{id}?state=0");
    }

    private async Task UploadAsync(FaultExchange exchange, string id)
    {
        if (!_uploads.TryGetValue(id, out byte[]? received))
        {
            await exchange.RespondAsync(404, "", """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}""");
            return;
        }
        received = [.. received, .. await exchange.ReadBodyAsync()];
        _uploads[id] = received;
        if (exchange.Method == "PUT")
        {
            string digest = WebUtility.UrlDecode(exchange.Target[(exchange.Target.IndexOf("digest=", StringComparison.Ordinal) + 7)..]);
            bool right = Digest.OfBytes(received).Value == digest;
            if (right)
                _blobs[digest] = received;
            _uploads.TryRemove(id, out _);
            await exchange.RespondAsync(right ? 201 : 400, $"Docker-Content-Digest: {Digest.OfBytes(received)}", right ? "" : """{"errors":[{"code":"DIGEST_INVALID"}]}""");
            return;
        }
        await exchange.RespondAsync(exchange.Method == "GET" ? 204 : 202, $"Location: /upload/{id}?state={received.Length}\nRange: 0-{Math.Max(0, received.Length - 1)}");
    }

    /// <summary>Keeps what came of a request body before a break, as servers do.</summary>
    public void Received(string target, byte[] part)
    {
        string id = target.Split('?')[0].Split('/')[^1];
        _uploads[id] = [.. _uploads[id], .. part];
    }
}
