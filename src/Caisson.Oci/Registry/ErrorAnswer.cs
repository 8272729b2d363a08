using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Caisson.Oci.Registry;

/// <summary>Turns an answer that is an error into an exception.</summary>
/// <remarks>distribution-spec v1.1.1, "Error Codes".</remarks>
internal static class ErrorAnswer
{
    private const int MaxBodyBytes = 64 << 10;
    private const int MaxErrors = 8;

    /// <param name="response">The answer; its body is read, up to a limit.</param>
    /// <param name="sent">The credentials that were sent: a server may repeat them, we do not.</param>
    public static async Task<RegistryException> ReadAsync(
        RequestSubject asked, HttpResponseMessage response, AuthenticationHeaderValue? sent, HttpTransport transport, CancellationToken ct)
    {
        ImmutableArray<RegistryError> errors = await ReadErrorsAsync(response, sent, transport, ct).ConfigureAwait(false);
        RegistryErrorKind kind = KindOf(response.StatusCode, errors);
        TimeSpan? retryAfter = RetryAfter(response.Headers.RetryAfter, response.Headers.Date ?? transport.Time.GetUtcNow());
        string message = Message(kind, asked, response.StatusCode) + Details(errors);
        return new RegistryException(kind, asked.Registry, message)
        {
            Status = response.StatusCode,
            Errors = errors,
            RetryAfter = retryAfter,
            IsTransient = IsTransient(response.StatusCode),
        };
    }

    private static bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported or HttpStatusCode.InsufficientStorage => false,
        _ => (int)status >= 500,
    };

    private static RegistryErrorKind KindOf(HttpStatusCode status, ImmutableArray<RegistryError> errors) => (int)status switch
    {
        401 => RegistryErrorKind.Unauthorized,
        403 => RegistryErrorKind.Denied,
        404 => RegistryErrorKind.NotFound,
        413 => RegistryErrorKind.TooLarge,
        429 => RegistryErrorKind.RateLimited,
        >= 500 => RegistryErrorKind.ServerError,
        _ => errors.Select(static e => KindOf(e.Code)).FirstOrDefault(static k => k != RegistryErrorKind.Rejected, RegistryErrorKind.Rejected),
    };

    // Where the status says no more than that the request was bad.
    private static RegistryErrorKind KindOf(string code) => code switch
    {
        "DENIED" => RegistryErrorKind.Denied,
        "UNAUTHORIZED" => RegistryErrorKind.Unauthorized,
        "DIGEST_INVALID" or "SIZE_INVALID" or "MANIFEST_INVALID" or "MANIFEST_BLOB_UNKNOWN" or "TAG_INVALID" or "NAME_INVALID"
            => RegistryErrorKind.InvalidContent,
        _ => RegistryErrorKind.Rejected,
    };

    private static string Message(RegistryErrorKind kind, RequestSubject asked, HttpStatusCode status) => kind switch
    {
        RegistryErrorKind.Unauthorized when asked.IsIdentified => $"{asked.Host} does not accept the credentials for {asked.What}",
        RegistryErrorKind.Unauthorized => $"{asked.Host} wants credentials for {asked.What}, or has no such repository",
        RegistryErrorKind.Denied => $"{asked.Host} denies access to {asked.What}",
        RegistryErrorKind.NotFound => $"{asked.Host} has no {asked.What}",
        RegistryErrorKind.RateLimited => $"{asked.Host} limits the number of requests, and refused {asked.What}",
        RegistryErrorKind.TooLarge => $"{asked.Host} finds {asked.What} too large",
        RegistryErrorKind.ServerError => $"{asked.Host} failed with status {(int)status} on {asked.What}",
        _ => $"{asked.Host} refused {asked.What} with status {(int)status}",
    };

    private static string Details(ImmutableArray<RegistryError> errors) => errors.IsEmpty
        ? ""
        : ": " + string.Join("; ", errors.Select(static e => e switch
        {
            { Message: "" } => e.Code,
            { Code: "" } => e.Message,
            _ => $"{e.Message} ({e.Code})",
        }));

    /// <summary>How long a server asks to wait.</summary>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        if (header?.Delta is { } delta)
            return delta;
        return header?.Date is { } date && date > now ? date - now : null;
    }

    private static async Task<ImmutableArray<RegistryError>> ReadErrorsAsync(
        HttpResponseMessage response, AuthenticationHeaderValue? sent, HttpTransport transport, CancellationToken ct)
    {
        try
        {
            Stream body = await transport.OpenBodyAsync(response, ct).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                byte[]? content = await BoundedBody.ReadAsync(body, MaxBodyBytes, ct).ConfigureAwait(false);
                return content is null or [] ? [] : Parse(content, sent);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidOperationException)
        {
            return []; // the status says enough
        }
    }

    private static ImmutableArray<RegistryError> Parse(byte[] content, AuthenticationHeaderValue? sent)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return [];
        if (root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array)
        {
            return [.. errors.EnumerateArray().Take(MaxErrors).Where(static e => e.ValueKind == JsonValueKind.Object)
                .Select(e => Read(e, "code", "message", sent))];
        }
        return root.TryGetProperty("error", out _) ? [Read(root, "error", "error_description", sent)] : []; // OAuth 2.0
    }

    private static RegistryError Read(JsonElement error, string code, string message, AuthenticationHeaderValue? sent) =>
        new(Text(error, code, sent), Text(error, message, sent));

    private static string Text(JsonElement error, string name, AuthenticationHeaderValue? sent) =>
        error.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? Redaction.Of(text.GetString() ?? "", sent) : "";
}
