using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Caisson.Oci.Tests.Services;

/// <summary>A bucket that checks the signature of each request as Amazon S3 does, path-style.</summary>
public sealed class S3StandIn : LoopbackService
{
    public const string Bucket = "bucket";
    public const string Region = "eu-test-1";
    public const string KeyId = "AKIATEST";
    public const string Secret = "sEcReT/KeY+1";

    public S3StandIn() => Listen();

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The token that requests must carry; null for none.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The age that objects have.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>How many bytes of a content are sent before the connection breaks; once.</summary>
    public int? BreaksAfter { get; set; }

    protected override void Answer(HttpListenerContext context, byte[] body)
    {
        string path = context.Request.RawUrl!;
        Requests.Enqueue($"{context.Request.HttpMethod} {path}");
        if (Refusal(context.Request, body) is { } code)
        {
            Send(context, 403, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
            return;
        }
        string key = Uri.UnescapeDataString(path)[$"/{Bucket}/".Length..];
        switch (context.Request.HttpMethod)
        {
            case "PUT" when context.Request.Headers["x-amz-copy-source"] is { } source:
                Objects[key] = Objects[Uri.UnescapeDataString(source)[$"/{Bucket}/".Length..]];
                Age = TimeSpan.Zero;
                Send(context, 200, "<CopyObjectResult/>");
                break;
            case "PUT":
                Objects[key] = body;
                Send(context, 200);
                break;
            case "GET" or "HEAD" when Objects.TryGetValue(key, out byte[]? content):
                context.Response.AddHeader("Last-Modified", (DateTimeOffset.UtcNow - Age).ToString("R", CultureInfo.InvariantCulture));
                Give(context, content);
                break;
            default:
                Send(context, 404, "<Error><Code>NoSuchKey</Code></Error>");
                break;
        }
    }

    private void Give(HttpListenerContext context, byte[] content)
    {
        if (BreaksAfter is not { } count || context.Request.HttpMethod != "GET" || count >= content.Length)
        {
            SendContent(context, content);
            return;
        }
        BreaksAfter = null;
        context.Response.ContentLength64 = content.Length;
        context.Response.OutputStream.Write(content, 0, count);
        context.Response.OutputStream.Flush();
        context.Response.Abort();
    }

    // Written from the documentation of Signature Version 4, apart from what the product does.
    private string? Refusal(HttpListenerRequest request, byte[] body)
    {
        string? authorization = request.Headers["Authorization"];
        if (authorization is null)
            return "AccessDenied";
        Dictionary<string, string> parts = authorization["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(static p => p.Split('=', 2)).ToDictionary(static p => p[0], static p => p[1]);
        string time = request.Headers["x-amz-date"]!;
        if (parts["Credential"] != $"{KeyId}/{time[..8]}/{Region}/s3/aws4_request")
            return "InvalidAccessKeyId";
        if (request.Headers["x-amz-security-token"] != SessionToken)
            return "InvalidToken";
        string payload = request.Headers["x-amz-content-sha256"]!;
        if (payload != Convert.ToHexStringLower(SHA256.HashData(body)))
            return "XAmzContentSHA256Mismatch";
        string[] names = parts["SignedHeaders"].Split(';');
        string[] required = [.. request.Headers.AllKeys.Select(static k => k!.ToLowerInvariant()).Where(static k => k == "host" || k.StartsWith("x-amz-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (!names.SequenceEqual(required))
            return "AccessDenied";
        string headers = string.Concat(names.Select(n => $"{n}:{request.Headers[n]!.Trim()}\n"));
        string canonical = $"{request.HttpMethod}\n{request.RawUrl}\n\n{headers}\n{parts["SignedHeaders"]}\n{payload}";
        string toSign = $"AWS4-HMAC-SHA256\n{time}\n{time[..8]}/{Region}/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + Secret);
        foreach (string step in (string[])[time[..8], Region, "s3", "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))) == parts["Signature"] ? null : "SignatureDoesNotMatch";
    }
}
