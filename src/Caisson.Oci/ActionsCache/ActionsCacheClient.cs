using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Caisson.Oci.Json;
using Caisson.Oci.Registry;
using Caisson.Oci.Web;

namespace Caisson.Oci.ActionsCache;

/// <summary>The cache service of GitHub Actions: entries by key, written once.</summary>
/// <remarks>
/// Version 1 is the artifact cache (<c>_apis/artifactcache</c>, api-version 6.0-preview.1); version 2 is <c>github.actions.results.api.v1.CacheService</c> (Twirp, JSON), whose
/// contents are blobs of Azure behind signed addresses. Which branch sees which entry is the service's affair. Thread-safe. Failures are <see cref="RegistryException"/>.
/// </remarks>
public sealed class ActionsCacheClient : IDisposable
{
    private const int MaxAnswerBytes = 64 << 10;
    private const int ChunkBytes = 32 << 20;

    // Entries are told apart by key and by this; other programs of the same workflow have others.
    private static readonly string Version = Convert.ToHexStringLower(SHA256.HashData("caisson-cache-1"u8));

    private readonly WebCalls _calls;
    private readonly Uri _address;
    private readonly string _token;
    private readonly bool _isVersion2;

    /// <summary>Opens the service. Nothing is sent yet.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="token">Who asks.</param>
    /// <param name="isVersion2">Which version of its protocol.</param>
    /// <param name="web">Trust, proxy, times and retries.</param>
    public ActionsCacheClient(Uri address, string token, bool isVersion2, RegistryOptions web)
    {
        _calls = new WebCalls(web);
        _address = address;
        _token = token;
        _isVersion2 = isVersion2;
    }

    /// <summary>The newest entry whose key is this one, or begins with it; null when there is none.</summary>
    public async Task<ActionsCacheEntry?> FindAsync(string key, CancellationToken ct)
    {
        if (_isVersion2)
        {
            Answer found = await CallAsync("GetCacheEntryDownloadURL", json =>
            {
                json.WriteString("key"u8, key);
                json.WriteStartArray("restore_keys"u8);
                json.WriteStringValue(key);
                json.WriteEndArray();
            }, $"cache entry {key}", ct).ConfigureAwait(false);
            return found is { IsOk: true, Url: { } url, Key: { } matched } ? new ActionsCacheEntry(matched, AddressOf(url)) : null;
        }
        string query = $"cache?keys={Uri.EscapeDataString(key)}&version={Version}";
        using HttpResponseMessage response = await _calls.SendAsync(_ => Task.FromResult(Version1(HttpMethod.Get, query)), $"cache entry {key}", ct).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NoContent)
            return null;
        Answer answer = Parse(await _calls.ReadAsync(response, MaxAnswerBytes, $"cache entry {key}", ct).ConfigureAwait(false));
        return answer is { Url: { } location, Key: { } name } ? new ActionsCacheEntry(name, AddressOf(location)) : null;
    }

    /// <summary>Opens the content of an entry; a transfer that breaks goes on where it ended.</summary>
    public Stream Open(ActionsCacheEntry entry, long sizeBytes) => new ResumedStream(async (position, ct) =>
        await _calls.OpenAsync(await GetAsync(entry, position, ct).ConfigureAwait(false), ct).ConfigureAwait(false), sizeBytes);

    /// <summary>The content of a small entry.</summary>
    public async Task<byte[]> ReadAsync(ActionsCacheEntry entry, int maxBytes, CancellationToken ct)
    {
        using HttpResponseMessage response = await GetAsync(entry, 0, ct).ConfigureAwait(false);
        return await _calls.ReadAsync(response, maxBytes, $"cache entry {entry.Key}", ct).ConfigureAwait(false);
    }

    /// <summary>Writes an entry.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="sizeBytes">How long it is.</param>
    /// <param name="open">Opens the content, anew for each attempt.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False when there is one of this key by now, or somebody is writing it.</returns>
    public async Task<bool> TryWriteAsync(string key, long sizeBytes, Func<CancellationToken, Task<Stream>> open, CancellationToken ct)
    {
        try
        {
            return _isVersion2 ? await WriteVersion2Async(key, sizeBytes, open, ct).ConfigureAwait(false) : await WriteVersion1Async(key, sizeBytes, open, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.Conflict || e.HasCode("already_exists") || e.HasCode("ArtifactCacheItemAlreadyExistsException"))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    private async Task<bool> WriteVersion2Async(string key, long sizeBytes, Func<CancellationToken, Task<Stream>> open, CancellationToken ct)
    {
        string what = $"cache entry {key}";
        Answer reserved = await CallAsync("CreateCacheEntry", json => json.WriteString("key"u8, key), what, ct).ConfigureAwait(false);
        if (reserved is not { IsOk: true, Url: { } url })
            return false;
        Uri target = AddressOf(url);
        // Put Blob, API version 2023-11-03: one request for up to 5000 MiB.
        await SendAsync(sizeBytes, what, open, content =>
        {
            HttpRequestMessage request = new(HttpMethod.Put, target) { Content = content };
            request.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
            request.Headers.TryAddWithoutValidation("x-ms-version", "2023-11-03");
            return request;
        }, ct).ConfigureAwait(false);
        Answer finished = await CallAsync("FinalizeCacheEntryUpload", json =>
        {
            json.WriteString("key"u8, key);
            json.WriteString("size_bytes"u8, sizeBytes.ToString(CultureInfo.InvariantCulture)); // 64 bits are text in the JSON of protobuf
        }, what, ct).ConfigureAwait(false);
        return finished.IsOk;
    }

    private async Task<bool> WriteVersion1Async(string key, long sizeBytes, Func<CancellationToken, Task<Stream>> open, CancellationToken ct)
    {
        string what = $"cache entry {key}";
        byte[] reservation = Json(json => json.WriteString("key"u8, key));
        Answer reserved = await PostVersion1Async("caches", reservation, what, ct).ConfigureAwait(false);
        if (reserved.Id is not > 0)
            return false;
        string path = string.Create(CultureInfo.InvariantCulture, $"caches/{reserved.Id}");
        Stream content = await open(ct).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            byte[] chunk = new byte[(int)Math.Min(ChunkBytes, Math.Max(sizeBytes, 1))];
            for (long start = 0; start < sizeBytes;)
            {
                int count = (int)Math.Min(chunk.Length, sizeBytes - start);
                await content.ReadExactlyAsync(chunk.AsMemory(0, count), ct).ConfigureAwait(false);
                await PatchAsync(path, new ReadOnlyMemory<byte>(chunk, 0, count), start, what, ct).ConfigureAwait(false);
                start += count;
            }
        }
        byte[] size = Json(json => json.WriteNumber("size"u8, sizeBytes), withVersion: false);
        await PostVersion1Async(path, size, what, ct).ConfigureAwait(false);
        return true;
    }

    private async Task PatchAsync(string path, ReadOnlyMemory<byte> chunk, long start, string what, CancellationToken ct)
    {
        using HttpResponseMessage response = await _calls.SendAsync(_ =>
        {
            HttpRequestMessage request = Version1(HttpMethod.Patch, path);
            request.Content = new ReadOnlyMemoryContent(chunk);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
            request.Content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + chunk.Length - 1}/*"));
            return Task.FromResult(request);
        }, what, ct).ConfigureAwait(false);
    }

    private async Task SendAsync(long sizeBytes, string what, Func<CancellationToken, Task<Stream>> open, Func<HttpContent, HttpRequestMessage> make, CancellationToken ct)
    {
        Stream? content = null;
        try
        {
            using HttpResponseMessage response = await _calls.SendAsync(async token =>
            {
                if (content is not null)
                    await content.DisposeAsync().ConfigureAwait(false);
                content = await open(token).ConfigureAwait(false);
                return make(WebCalls.Stream(content, sizeBytes));
            }, what, ct).ConfigureAwait(false);
        }
        finally
        {
            if (content is not null)
                await content.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The address is signed: it needs no token, and must not get one.
    private Task<HttpResponseMessage> GetAsync(ActionsCacheEntry entry, long position, CancellationToken ct) => _calls.SendAsync(_ =>
    {
        HttpRequestMessage request = new(HttpMethod.Get, entry.Content);
        if (position > 0)
            request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(position, null);
        return Task.FromResult(request);
    }, $"cache entry {entry.Key}", ct, position > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK);

    private async Task<Answer> CallAsync(string method, Action<Utf8JsonWriter> write, string what, CancellationToken ct)
    {
        byte[] body = Json(write);
        using HttpResponseMessage response = await _calls.SendAsync(_ => Task.FromResult(Authorized(
            new HttpRequestMessage(HttpMethod.Post, At("twirp/github.actions.results.api.v1.CacheService/" + method)) { Content = WebCalls.Json(body) })), what, ct).ConfigureAwait(false);
        return Parse(await _calls.ReadAsync(response, MaxAnswerBytes, what, ct).ConfigureAwait(false));
    }

    private async Task<Answer> PostVersion1Async(string path, byte[] body, string what, CancellationToken ct)
    {
        using HttpResponseMessage response = await _calls.SendAsync(_ =>
        {
            HttpRequestMessage request = Version1(HttpMethod.Post, path);
            request.Content = WebCalls.Json(body);
            return Task.FromResult(request);
        }, what, ct).ConfigureAwait(false);
        return Parse(await _calls.ReadAsync(response, MaxAnswerBytes, what, ct).ConfigureAwait(false));
    }

    private HttpRequestMessage Version1(HttpMethod method, string path)
    {
        HttpRequestMessage request = Authorized(new HttpRequestMessage(method, At("_apis/artifactcache/" + path)));
        request.Headers.TryAddWithoutValidation("Accept", "application/json;api-version=6.0-preview.1");
        return request;
    }

    private HttpRequestMessage Authorized(HttpRequestMessage request)
    {
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", _token);
        return request;
    }

    private Uri At(string path) => new($"{_address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");

    private Uri AddressOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
        ? address
        : throw new RegistryException(RegistryErrorKind.InvalidContent, _address.Authority, $"{_address.Authority} names an address that is none");

    private static byte[] Json(Action<Utf8JsonWriter> write, bool withVersion = true)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            write(json);
            if (withVersion)
                json.WriteString("version"u8, Version);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private Answer Parse(byte[] json)
    {
        if (json.Length == 0)
            return default;
        try
        {
            Answer answer = default;
            Utf8JsonReader reader = new(json);
            JsonFields.EnterValue(ref reader);
            while (JsonFields.Next(ref reader))
            {
                if (reader.ValueTextEquals("ok"u8))
                    answer = answer with { IsOk = JsonFields.TruthOrNull(ref reader) is true };
                else if (reader.ValueTextEquals("signed_upload_url"u8) || reader.ValueTextEquals("signed_download_url"u8) || reader.ValueTextEquals("archiveLocation"u8))
                    answer = answer with { Url = JsonFields.TextOrNull(ref reader) };
                else if (reader.ValueTextEquals("matched_key"u8) || reader.ValueTextEquals("cacheKey"u8))
                    answer = answer with { Key = JsonFields.TextOrNull(ref reader) };
                else if (reader.ValueTextEquals("cacheId"u8) || reader.ValueTextEquals("cacheID"u8))
                    answer = answer with { Id = JsonFields.NumberOrNull(ref reader) };
                else
                    reader.Skip();
            }
            return answer;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new RegistryException(RegistryErrorKind.InvalidContent, _address.Authority, $"{_address.Authority} answers with something that is not the JSON of a cache service", e);
        }
    }

    private readonly record struct Answer(bool IsOk, string? Url, string? Key, long? Id);
}
