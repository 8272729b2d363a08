using System.Net;
using System.Security.Cryptography;
using System.Text;
using Caisson.Oci.Registry;
using Caisson.Oci.Web;

namespace Caisson.Oci.ObjectStorage;

/// <summary>Objects of one bucket of Amazon S3, or of something that speaks like it.</summary>
/// <remarks>Amazon S3 API, version 2006-03-01: GetObject, HeadObject, PutObject, CopyObject. Thread-safe. Failures are <see cref="RegistryException"/>.</remarks>
public sealed class S3Client : IDisposable
{
    // PutObject takes no more; larger objects would have to be sent in parts.
    private const long MaxObjectBytes = 5L << 30;

    private static readonly string EmptySha256 = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly S3Options _options;
    private readonly TimeProvider _time;
    private readonly WebCalls _calls;
    private readonly S3Signature? _signature;
    private readonly Uri _base;

    /// <summary>Opens a bucket. Nothing is sent yet.</summary>
    /// <param name="options">The bucket.</param>
    /// <param name="web">Trust, proxy, times and retries.</param>
    public S3Client(S3Options options, RegistryOptions web)
    {
        _options = options;
        _time = web.Time;
        _calls = new WebCalls(web);
        _signature = options.Key is { } key ? new S3Signature(key, options.Region) : null;
        _base = BaseOf(options);
    }

    /// <summary>When an object was written last; null when there is none.</summary>
    public async Task<DateTimeOffset?> FindAsync(string key, CancellationToken ct)
    {
        using HttpResponseMessage response = await _calls.SendAsync(_ => Task.FromResult(Request(HttpMethod.Head, key, EmptySha256)), $"object {key}", ct, HttpStatusCode.OK, HttpStatusCode.NotFound).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK ? response.Content.Headers.LastModified ?? _time.GetUtcNow() : null;
    }

    /// <summary>A small object; null when there is none.</summary>
    public async Task<byte[]?> ReadAsync(string key, int maxBytes, CancellationToken ct)
    {
        using HttpResponseMessage response = await _calls.SendAsync(_ => Task.FromResult(Request(HttpMethod.Get, key, EmptySha256)), $"object {key}", ct, HttpStatusCode.OK, HttpStatusCode.NotFound).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK ? await _calls.ReadAsync(response, maxBytes, $"object {key}", ct).ConfigureAwait(false) : null;
    }

    /// <summary>Opens an object; a transfer that breaks goes on where it ended.</summary>
    /// <param name="key">The object.</param>
    /// <param name="sizeBytes">How long it is.</param>
    public Stream Open(string key, long sizeBytes) => new ResumedStream(async (position, ct) =>
    {
        HttpResponseMessage response = await _calls.SendAsync(_ =>
        {
            HttpRequestMessage request = Request(HttpMethod.Get, key, EmptySha256);
            if (position > 0)
                request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(position, null);
            return Task.FromResult(request);
        }, $"object {key}", ct, position > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK).ConfigureAwait(false);
        return await _calls.OpenAsync(response, ct).ConfigureAwait(false);
    }, sizeBytes);

    /// <summary>Writes an object.</summary>
    /// <param name="key">The object.</param>
    /// <param name="sha256">The hash of its content, in hexadecimal, which the service checks.</param>
    /// <param name="sizeBytes">How long it is.</param>
    /// <param name="open">Opens the content, anew for each attempt.</param>
    /// <param name="ct">Gives up.</param>
    public async Task WriteAsync(string key, string sha256, long sizeBytes, Func<CancellationToken, Task<Stream>> open, CancellationToken ct)
    {
        if (sizeBytes > MaxObjectBytes)
            throw new RegistryException(RegistryErrorKind.TooLarge, _base.Authority, $"object {key} has {sizeBytes} bytes, more than one request can send");
        Stream? content = null;
        try
        {
            using HttpResponseMessage response = await _calls.SendAsync(async token =>
            {
                if (content is not null)
                    await content.DisposeAsync().ConfigureAwait(false);
                content = await open(token).ConfigureAwait(false);
                HttpRequestMessage request = Request(HttpMethod.Put, key, sha256);
                request.Content = WebCalls.Stream(content, sizeBytes);
                return request;
            }, $"object {key}", ct).ConfigureAwait(false);
        }
        finally
        {
            if (content is not null)
                await content.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives an object the time of now, by a copy onto itself.</summary>
    public async Task TouchAsync(string key, CancellationToken ct)
    {
        using HttpResponseMessage response = await _calls.SendAsync(_ => Task.FromResult(Request(HttpMethod.Put, key, EmptySha256, static (request, source) =>
        {
            request.Headers.TryAddWithoutValidation("x-amz-copy-source", source);
            request.Headers.TryAddWithoutValidation("x-amz-metadata-directive", "REPLACE");
            request.Content = new ByteArrayContent([]);
        })), $"object {key}", ct).ConfigureAwait(false);
        await _calls.RefuseErrorAsync(response, $"object {key}", ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string key, string sha256, Action<HttpRequestMessage, string>? edit = null)
    {
        HttpRequestMessage request = new(method, new Uri(_base.AbsoluteUri + Escape(key), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        edit?.Invoke(request, $"/{_options.Bucket}/{Escape(key)}");
        _signature?.Sign(request, sha256, _time.GetUtcNow());
        return request;
    }

    private static Uri BaseOf(S3Options options)
    {
        Uri service = options.Endpoint ?? new Uri($"https://s3.{options.Region}.amazonaws.com/");
        string prefix = service.AbsolutePath.TrimEnd('/');
        return options.UsesPathStyle
            ? new Uri($"{service.Scheme}://{service.Authority}{prefix}/{Escape(options.Bucket)}/")
            : new Uri($"{service.Scheme}://{options.Bucket}.{service.Authority}{prefix}/");
    }

    // As the signature wants it: all but the unreserved characters, by their bytes; the slashes stay.
    private static string Escape(string key)
    {
        StringBuilder escaped = new();
        foreach (byte b in Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' or (byte)'/')
                escaped.Append((char)b);
            else
                escaped.Append('%').Append(Convert.ToHexString([b]));
        }
        return escaped.ToString();
    }
}
