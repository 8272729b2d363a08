using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Caisson.Oci.ObjectStorage;

/// <summary>Signs requests to object storage that speaks like Amazon S3.</summary>
/// <remarks>AWS Signature Version 4, in the header, for a single chunk: "Authenticating Requests: Using the Authorization Header".</remarks>
/// <param name="key">Who asks.</param>
/// <param name="region">The region that the service is in.</param>
internal sealed class S3Signature(S3Key key, string region)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Service = "s3";

    /// <summary>Puts the signature on a request. Its headers <c>x-amz-*</c> are signed with it; nothing of it may change afterwards.</summary>
    /// <param name="request">The request.</param>
    /// <param name="payloadSha256">The hash of its body, in hexadecimal.</param>
    /// <param name="now">The time.</param>
    public void Sign(HttpRequestMessage request, string payloadSha256, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("x-amz-date", time);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", payloadSha256);
        if (key.SessionToken is { } token)
            request.Headers.TryAddWithoutValidation("x-amz-security-token", token);
        (string headers, string names) = CanonicalHeaders(request);
        Uri uri = request.RequestUri!; // a request that is signed has one
        string canonical = $"{request.Method}\n{uri.AbsolutePath}\n{uri.Query.TrimStart('?')}\n{headers}\n{names}\n{payloadSha256}";
        string scope = $"{time[..8]}/{region}/{Service}/aws4_request";
        string toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Convert.ToHexStringLower(Hash(KeyOf(time[..8]), toSign));
        request.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={key.Id}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    private byte[] KeyOf(string date) => Hash(Hash(Hash(Hash(Encoding.UTF8.GetBytes("AWS4" + key.Secret), date), region), Service), "aws4_request");

    private static (string Headers, string Names) CanonicalHeaders(HttpRequestMessage request)
    {
        SortedDictionary<string, string> headers = new(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in request.Headers.NonValidated)
        {
            string lower = name.ToLowerInvariant();
            if (lower.StartsWith("x-amz-", StringComparison.Ordinal))
                headers[lower] = values.ToString().Trim();
        }
        StringBuilder text = new();
        foreach ((string name, string value) in headers)
            text.Append(name).Append(':').Append(value).Append('\n');
        return (text.ToString(), string.Join(';', headers.Keys));
    }

    private static byte[] Hash(byte[] secret, string text) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text));
}
