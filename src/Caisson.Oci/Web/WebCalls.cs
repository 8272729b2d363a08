using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Web;

/// <summary>Single requests to services of the web that are no registries: tried again when that may help, and explained when they fail.</summary>
/// <remarks>Thread-safe. Redirects are not followed. Trust, proxy, times and retries are those of the options.</remarks>
internal sealed class WebCalls(RegistryOptions options) : IDisposable
{
    private const int MaxErrorBytes = 32 << 10;

    // The user names such services with their scheme.
    private readonly HttpTransport _transport = new(options, PlainHttp.Everyone);

    /// <summary>Sends a request and returns the answer, which the caller disposes, if it is one of those expected.</summary>
    /// <param name="make">Makes the request, anew for each attempt.</param>
    /// <param name="what">What it is about, for the message of a failure.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="expected">Statuses that are no failures; none is all that begin with 2.</param>
    /// <exception cref="RegistryException">There was no answer, or another one.</exception>
    public Task<HttpResponseMessage> SendAsync(Func<CancellationToken, Task<HttpRequestMessage>> make, string what, CancellationToken ct, params ImmutableArray<HttpStatusCode> expected) =>
        Attempts.RunAsync(options, async token =>
        {
            using HttpRequestMessage request = await make(token).ConfigureAwait(false);
            HttpResponseMessage response = await _transport.SendAsync(request, token).ConfigureAwait(false);
            if (expected.Contains(response.StatusCode) || (expected.IsEmpty && response.IsSuccessStatusCode))
                return response;
            using (response)
                throw await ExplainAsync(request, response, what, token).ConfigureAwait(false);
        }, ct);

    /// <summary>The body of an answer, held in memory.</summary>
    /// <exception cref="RegistryException">It is too long, or broke off.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, string what, CancellationToken ct)
    {
        string host = response.RequestMessage?.RequestUri?.Authority ?? "";
        try
        {
            Stream body = await OpenAsync(response, ct).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                return await BoundedBody.ReadAsync(body, maxBytes, ct).ConfigureAwait(false)
                    ?? throw new RegistryException(RegistryErrorKind.TooLarge, host, $"{host} sends more than {maxBytes} bytes for {what}");
            }
        }
        catch (IOException e)
        {
            throw NoAnswer.Broken(host, what, e);
        }
    }

    /// <summary>The body of an answer; the stream owns the answer.</summary>
    public Task<BodyStream> OpenAsync(HttpResponseMessage response, CancellationToken ct) => _transport.OpenBodyAsync(response, ct);

    /// <summary>Refuses an answer that is an error in spite of its status.</summary>
    /// <remarks>Amazon S3 API, CopyObject: it may begin to answer before it knows how the work ends.</remarks>
    /// <exception cref="RegistryException">It is one.</exception>
    public async Task RefuseErrorAsync(HttpResponseMessage response, string what, CancellationToken ct)
    {
        byte[] body = await ReadAsync(response, MaxErrorBytes, what, ct).ConfigureAwait(false);
        if (body.AsSpan().IndexOf("<Error>"u8) < 0 || response.RequestMessage is not { RequestUri.Authority: { } host } request)
            return;
        RegistryError error = Parse(body, request);
        throw new RegistryException(RegistryErrorKind.ServerError, host, $"{host} failed on {what}{Details(error)}") { Errors = [error] };
    }

    /// <summary>A body of bytes at hand.</summary>
    public static ByteArrayContent Json(byte[] content)
    {
        ByteArrayContent body = new(content);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return body;
    }

    /// <summary>A body that is read from a stream, and moves the clock of silence with every piece.</summary>
    public static HttpContent Stream(Stream content, long sizeBytes)
    {
        UploadContent body = new(content, sizeBytes);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return body;
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<RegistryException> ExplainAsync(HttpRequestMessage request, HttpResponseMessage response, string what, CancellationToken ct)
    {
        string host = request.RequestUri!.Authority; // it was sent
        RegistryError error = new("", "");
        try
        {
            error = Parse(await ReadAsync(response, MaxErrorBytes, what, ct).ConfigureAwait(false), request);
        }
        catch (RegistryException)
        {
            // The status says enough.
        }
        int status = (int)response.StatusCode;
        (RegistryErrorKind kind, string message) = status switch
        {
            401 => (RegistryErrorKind.Unauthorized, $"{host} does not accept the credentials for {what}"),
            403 => (RegistryErrorKind.Denied, $"{host} denies access to {what}"),
            404 => (RegistryErrorKind.NotFound, $"{host} has no {what}"),
            413 => (RegistryErrorKind.TooLarge, $"{host} finds {what} too large"),
            429 => (RegistryErrorKind.RateLimited, $"{host} limits the number of requests, and refused {what}"),
            >= 500 => (RegistryErrorKind.ServerError, $"{host} failed with status {status} on {what}"),
            _ => (RegistryErrorKind.Rejected, $"{host} refused {what} with status {status}"),
        };
        return new RegistryException(kind, host, message + Details(error))
        {
            Status = response.StatusCode,
            Errors = error is { Code: "", Message: "" } ? [] : [error],
            RetryAfter = ErrorAnswer.RetryAfter(response.Headers.RetryAfter, response.Headers.Date ?? options.Time.GetUtcNow()),
            IsTransient = status is 408 or 429 or >= 500 and not 501,
        };
    }

    private static string Details(RegistryError error) => (error.Code, error.Message) switch
    {
        ("", "") => "",
        (var code, "") => $": {code}",
        ("", var text) => $": {text}",
        var (code, text) => $": {text} ({code})",
    };

    // S3 answers in XML; the services of GitHub in JSON, with members of their own.
    private static RegistryError Parse(byte[] body, HttpRequestMessage request)
    {
        string text = Encoding.UTF8.GetString(body);
        if (text.AsSpan().TrimStart("\uFEFF \r\n\t").StartsWith("<"))
            return new RegistryError(Clean(Between(text, "<Code>", "</Code>"), request), Clean(Between(text, "<Message>", "</Message>"), request));
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new RegistryError(Clean(Text(root, "code") ?? Text(root, "typeKey") ?? "", request), Clean(Text(root, "msg") ?? Text(root, "message") ?? "", request))
                : new RegistryError("", "");
        }
        catch (JsonException)
        {
            return new RegistryError("", "");
        }
    }

    private static string Clean(string text, HttpRequestMessage request) => Redaction.Of(text, request.Headers.Authorization);

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string Between(string text, string start, string end)
    {
        int from = text.IndexOf(start, StringComparison.Ordinal);
        int to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0 ? "" : text[(from + start.Length)..to];
    }
}
