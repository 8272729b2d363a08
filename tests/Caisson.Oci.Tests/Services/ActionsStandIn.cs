using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Caisson.Oci.Tests.Services;

/// <summary>The cache service of GitHub Actions, in both versions of its protocol. Contents are behind signed addresses, which must not be sent the token.</summary>
public sealed class ActionsStandIn : LoopbackService
{
    public const string Token = "t0ken-of-the-job";

    private readonly Lock _turn = new();
    private readonly List<Entry> _entries = [];

    public ActionsStandIn() => Listen();

    /// <summary>The keys of finished entries, the oldest first.</summary>
    public string[] Keys
    {
        get
        {
            lock (_turn)
                return [.. _entries.Where(static e => e.IsFinished).Select(static e => e.Key)];
        }
    }

    /// <summary>How many requests are refused first, because there are too many.</summary>
    public int Refusals { get; set; }

    /// <summary>Reserves a key as a writer does that dies then.</summary>
    public void Block(string key, string version)
    {
        lock (_turn)
            _entries.Add(new Entry(key, version));
    }

    /// <summary>The version that entries were asked for with.</summary>
    public string LastVersion { get; private set; } = "";

    protected override void Answer(HttpListenerContext context, byte[] body)
    {
        lock (_turn)
            AnswerAlone(context, body);
    }

    private void AnswerAlone(HttpListenerContext context, byte[] body)
    {
        HttpListenerRequest request = context.Request;
        string path = request.Url!.AbsolutePath;
        bool isContent = path.StartsWith("/content/", StringComparison.Ordinal);
        if (isContent != (request.Headers["Authorization"] != "Bearer " + Token) || (isContent && request.QueryString["sig"] != "signed"))
        {
            Send(context, 401, "{\"message\":\"who are you?\"}");
            return;
        }
        if (Refusals > 0)
        {
            Refusals--;
            context.Response.AddHeader("Retry-After", "0");
            Send(context, 429);
            return;
        }
        if (isContent)
            AnswerContent(context, _entries[int.Parse(path["/content/".Length..], CultureInfo.InvariantCulture)], body);
        else if (path.StartsWith("/_apis/artifactcache/", StringComparison.Ordinal))
            AnswerFirst(context, path["/_apis/artifactcache/".Length..], body);
        else
            AnswerSecond(context, path.Split('/')[^1], JsonDocument.Parse(body).RootElement);
    }

    private static void AnswerContent(HttpListenerContext context, Entry entry, byte[] body)
    {
        if (context.Request.HttpMethod != "PUT")
        {
            SendContent(context, entry.Content);
            return;
        }
        if (context.Request.Headers["x-ms-blob-type"] != "BlockBlob")
            throw new InvalidOperationException("no block blob");
        entry.Content = body;
        Send(context, 201);
    }

    private void AnswerFirst(HttpListenerContext context, string path, byte[] body)
    {
        HttpListenerRequest request = context.Request;
        if (request.Headers["Accept"]?.Contains("api-version=6.0-preview.1", StringComparison.Ordinal) != true)
            throw new InvalidOperationException("no version of the API");
        if (request.HttpMethod == "GET" && path == "cache")
        {
            LastVersion = request.QueryString["version"]!;
            if (Find(request.QueryString["keys"]!, LastVersion) is { } found)
                Send(context, 200, JsonSerializer.Serialize(new { archiveLocation = AddressOf(found), cacheKey = found.Key, scope = "refs/heads/main" }));
            else
                Send(context, 204);
        }
        else if (request.HttpMethod == "POST" && path == "caches")
        {
            JsonElement asked = JsonDocument.Parse(body).RootElement;
            int? id = Reserve(asked.GetProperty("key").GetString()!, asked.GetProperty("version").GetString()!);
            Send(context, id is null ? 409 : 201, id is null ? "{\"message\":\"exists\",\"typeKey\":\"ArtifactCacheItemAlreadyExistsException\"}" : $"{{\"cacheId\":{id + 1}}}");
        }
        else
        {
            Entry entry = _entries[int.Parse(path.Split('/')[1], CultureInfo.InvariantCulture) - 1];
            if (request.HttpMethod == "PATCH")
            {
                string[] range = request.Headers["Content-Range"]!["bytes ".Length..].Split('-', '/');
                if (long.Parse(range[0], CultureInfo.InvariantCulture) != entry.Content.Length || long.Parse(range[1], CultureInfo.InvariantCulture) != entry.Content.Length + body.Length - 1)
                    throw new InvalidOperationException("a gap");
                entry.Content = [.. entry.Content, .. body];
            }
            else
            {
                Finish(entry, JsonDocument.Parse(body).RootElement.GetProperty("size").GetInt64());
            }
            Send(context, 204);
        }
    }

    private void AnswerSecond(HttpListenerContext context, string method, JsonElement asked)
    {
        string key = asked.GetProperty("key").GetString()!;
        LastVersion = asked.GetProperty("version").GetString()!;
        switch (method)
        {
            case "GetCacheEntryDownloadURL":
                Entry? found = Find(key, LastVersion);
                Send(context, 200, found is null ? "{\"ok\":false}" : JsonSerializer.Serialize(new { ok = true, signed_download_url = AddressOf(found), matched_key = found.Key }));
                break;
            case "CreateCacheEntry":
                int? id = Reserve(key, LastVersion);
                Send(context, id is null ? 409 : 200, id is null ? "{\"code\":\"already_exists\",\"msg\":\"exists\"}" : JsonSerializer.Serialize(new { ok = true, signed_upload_url = AddressOf(_entries[id.Value]) }));
                break;
            case "FinalizeCacheEntryUpload":
                Finish(_entries.Last(e => e.Key == key), long.Parse(asked.GetProperty("size_bytes").GetString()!, CultureInfo.InvariantCulture));
                Send(context, 200, "{\"ok\":true,\"entry_id\":\"1\"}");
                break;
            default:
                Send(context, 404, "{\"code\":\"bad_route\"}");
                break;
        }
    }

    private string AddressOf(Entry entry) => $"{Address}content/{_entries.IndexOf(entry)}?sig=signed";

    private Entry? Find(string key, string version) => _entries.LastOrDefault(e => e.IsFinished && e.Version == version && e.Key.StartsWith(key, StringComparison.Ordinal));

    private int? Reserve(string key, string version)
    {
        if (_entries.Any(e => e.Key == key && e.Version == version))
            return null;
        _entries.Add(new Entry(key, version));
        return _entries.Count - 1;
    }

    private static void Finish(Entry entry, long size)
    {
        if (size != entry.Content.Length)
            throw new InvalidOperationException("another size");
        entry.IsFinished = true;
    }

    private sealed class Entry(string key, string version)
    {
        public string Key => key;

        public string Version => version;

        public byte[] Content { get; set; } = [];

        public bool IsFinished { get; set; }
    }
}
