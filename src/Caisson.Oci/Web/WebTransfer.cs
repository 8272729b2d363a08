using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Web;

/// <summary>One file on its way from the web.</summary>
/// <remarks>RFC 9110, sections 13 (conditions) and 14 (ranges).</remarks>
internal sealed class WebTransfer : IDisposable
{
    private const int BufferBytes = 128 << 10;
    private const string Gzip = "gzip";

    // Files that honestly shrink by more than this are small.
    private const int MaxRatio = 200;
    private const long FreeBytes = 64 << 20;

    // A transfer that breaks again and again has to get on by this much to be given new attempts.
    private const long ProgressBytes = 1 << 20;

    private readonly HttpTransport _transport;
    private readonly WebFileRequest _request;
    private readonly Stream _destination;
    private readonly Uri _address;
    private readonly string? _authorization;
    private readonly Attempts _attempts;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private long _positionOfReset;

    // What a range of the rest must belong to; null when an answer cannot be continued.
    private string? _strongTag;

    public WebTransfer(HttpTransport transport, RegistryOptions options, WebFileRequest request, Stream destination)
    {
        _transport = transport;
        _request = request;
        _destination = destination;
        _attempts = new Attempts(options);
        _authorization = request.Authorization ?? BasicOf(request.Address);
        _address = request.Address.UserInfo.Length == 0 ? request.Address : new UriBuilder(request.Address) { UserName = "", Password = "" }.Uri;
    }

    public async Task<WebFile> RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await SendAsync(ct).ConfigureAwait(false);
                WebFile answer = new() { Tag = TagOf(response), Modified = response.Content.Headers.LastModified };
                if (IsKnown(response, answer.Tag))
                    return answer with { Tag = answer.Tag ?? _request.KnownTags[0] };
                if (await IsWholeAsync(response, ct).ConfigureAwait(false))
                    return answer with { Content = Digest.FromSha256(_hash.GetHashAndReset()), SizeBytes = _position };
            }
            catch (RegistryException e) when (_attempts.Allow(e))
            {
                await _attempts.WaitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _hash.Dispose();

    private Task<HttpResponseMessage> SendAsync(CancellationToken ct)
    {
        // Only a mark for the sender, which takes it away when it goes to another host: the value may be of any form.
        AuthenticationHeaderValue? credentials = _authorization is null ? null : new AuthenticationHeaderValue("given");
        RedirectingSender sender = new(_transport) { LeavesTls = _request.LeavesTls };
        return sender.SendAsync(_address, credentials, (uri, allowed) => Task.FromResult(Message(uri, allowed is not null)), ct);
    }

    // What was sent, to be kept out of messages; a value that is not of the usual form is secret as a whole.
    private AuthenticationHeaderValue? Shown() => _authorization is null ? null
        : AuthenticationHeaderValue.TryParse(_authorization, out AuthenticationHeaderValue? header) && header.Parameter is not null ? header
        : new AuthenticationHeaderValue("given", _authorization);

    private HttpRequestMessage Message(Uri uri, bool withCredentials)
    {
        HttpRequestMessage message = new(HttpMethod.Get, uri);
        if (withCredentials)
            message.Headers.TryAddWithoutValidation("Authorization", _authorization);
        if (_position > 0 && _strongTag is not null)
        {
            message.Headers.Range = new RangeHeaderValue(_position, null);
            message.Headers.TryAddWithoutValidation("If-Range", _strongTag);
            return message;
        }
        message.Headers.TryAddWithoutValidation("Accept-Encoding", Gzip);
        if (!_request.KnownTags.IsEmpty)
            message.Headers.TryAddWithoutValidation("If-None-Match", string.Join(", ", _request.KnownTags));
        return message;
    }

    // Some servers do not understand If-None-Match and say in the tag that nothing changed; some say "not modified" without a tag.
    private bool IsKnown(HttpResponseMessage response, string? tag) => response.StatusCode switch
    {
        HttpStatusCode.NotModified => _request.KnownTags.Length == 1 || (tag is not null && _request.KnownTags.Contains(tag)),
        HttpStatusCode.OK => tag is not null && _request.KnownTags.Contains(tag),
        _ => false,
    };

    // False when the transfer broke and shall go on.
    private async Task<bool> IsWholeAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && _position > 0)
        {
            _strongTag = null; // from the beginning, then
            return await BrokeAsync(null, ct).ConfigureAwait(false);
        }
        if (!response.IsSuccessStatusCode)
        {
            RequestSubject subject = new(_address.Authority, Redaction.Of(_address), _authorization is not null);
            throw await ErrorAnswer.ReadAsync(subject, response, Shown(), _transport, ct).ConfigureAwait(false);
        }
        bool continues = response.StatusCode == HttpStatusCode.PartialContent;
        if (continues && (_position == 0 || response.Content.Headers.ContentRange?.From != _position))
            throw Invalid("answers with a range that nobody asked for", null);
        if (!continues)
            Restart();
        return await ReadAsync(response, ct).ConfigureAwait(false);
    }

    private async Task<bool> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        bool isEncoded = response.Content.Headers.ContentEncoding.Any(static e => e.Equals(Gzip, StringComparison.OrdinalIgnoreCase) || e == "x-gzip");
        _strongTag = !isEncoded && response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;
        BodyStream body = await _transport.OpenBodyAsync(response, ct).ConfigureAwait(false);
        Stream plain = isEncoded ? new GzipDecoderStream(body) : body;
        await using (plain.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                while (await ReadSomeAsync(plain, buffer, ct).ConfigureAwait(false) is { } count)
                {
                    if (count == 0)
                        return true;
                    _hash.AppendData(buffer.AsSpan(0, count));
                    await _destination.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                    Advance(count);
                    if (isEncoded && _position > FreeBytes && _position / MaxRatio > body.TotalBytes)
                        throw Invalid($"sends gzip that grows to more than {MaxRatio} times its size, for {Redaction.Of(_address)}", null);
                }
                return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    // Null when the transfer broke and may be tried again.
    private async Task<int?> ReadSomeAsync(Stream body, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await body.ReadAsync(buffer, ct).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Invalid("sends something that is not gzip, as it says", e);
        }
        catch (IOException e)
        {
            await BrokeAsync(e, ct).ConfigureAwait(false);
            return null;
        }
    }

    private async Task<bool> BrokeAsync(Exception? failure, CancellationToken ct)
    {
        if (!_attempts.AllowAnother())
            throw NoAnswer.Broken(_address.Authority, string.Create(CultureInfo.InvariantCulture, $"{Redaction.Of(_address)} after {_position} bytes"), failure);
        await _attempts.WaitAsync(ct).ConfigureAwait(false);
        return false;
    }

    private void Advance(int count)
    {
        _position += count;
        if (_position - _positionOfReset < ProgressBytes)
            return;
        _attempts.Reset();
        _positionOfReset = _position;
    }

    private void Restart()
    {
        _hash.GetHashAndReset();
        _destination.SetLength(0);
        _destination.Position = 0;
        _position = 0;
    }

    private RegistryException Invalid(string what, Exception? cause) =>
        new(RegistryErrorKind.InvalidContent, _address.Authority, $"{_address.Authority} {what}", cause);

    // Without the mark of a weak one, as BuildKit compares them.
    private static string? TagOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("ETag", out HeaderStringValues values) && values.ToString() is { Length: > 0 } tag
            ? tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag
            : null;

    private static string? BasicOf(Uri address) => address.UserInfo.Length == 0
        ? null
        : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo.Contains(':', StringComparison.Ordinal) ? address.UserInfo : address.UserInfo + ":")));
}
