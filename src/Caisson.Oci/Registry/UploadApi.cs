using System.Globalization;
using System.Net;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>The single requests of an upload; <see cref="BlobUpload"/> puts them in order.</summary>
/// <remarks>distribution-spec v1.1.1, "Pushing Blobs".</remarks>
internal sealed class UploadApi(RegistryConnection connection, Reference repository, Descriptor blob)
{
    private static readonly HttpStatusCode[] Stored = [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent];
    private static readonly HttpStatusCode[] Accepted = [HttpStatusCode.Accepted, HttpStatusCode.NoContent, HttpStatusCode.OK];

    private readonly string _what = $"blob {blob.Digest} of {repository.Repository}";

    /// <summary>Opens an upload.</summary>
    public async Task<UploadSession> StartAsync(CancellationToken ct)
    {
        RegistryRequest request = await OpeningAsync("", Scopes.Push, ct).ConfigureAwait(false);
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        return Opened(request, response);
    }

    /// <summary>Asks to take the blob over from another repository: null when that was done, else an upload that was opened instead.</summary>
    /// <exception cref="RegistryException">The registry refused, for example because the other repository may not be read.</exception>
    public async Task<UploadSession?> MountAsync(string from, CancellationToken ct)
    {
        string query = $"?mount={Uri.EscapeDataString(blob.Digest.Value)}&from={Uri.EscapeDataString(from)}";
        RegistryRequest request = await OpeningAsync(query, to => Scopes.Mount(to, from), ct).ConfigureAwait(false);
        RegistryRequest mounting = request with { Expected = [HttpStatusCode.Created, HttpStatusCode.Accepted] };
        using HttpResponseMessage response = await connection.SendAsync(mounting, ct).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Created ? null : Opened(request, response);
    }

    /// <summary>Sends everything that is missing, and closes the upload.</summary>
    public async Task FinishAsync(UploadSession session, Func<CancellationToken, Task<HttpContent>> content, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Put, WithDigest(session.Location), ct).ConfigureAwait(false) with
        {
            Expected = [.. Stored],
            Content = content,
        };
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        if (response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) && values.FirstOrDefault() is { } stored
            && Digest.TryParse(stored, out Digest? digest) && digest.Algorithm == blob.Digest.Algorithm && digest != blob.Digest)
            throw RegistryConnection.Invalid(request, $"stored {digest}");
    }

    /// <summary>Sends one chunk.</summary>
    public async Task<UploadSession> AppendAsync(
        UploadSession session, long chunkBytes, Func<CancellationToken, Task<HttpContent>> content, CancellationToken ct)
    {
        long end = session.ReceivedBytes + chunkBytes;
        string range = string.Create(CultureInfo.InvariantCulture, $"{session.ReceivedBytes}-{end - 1}"); // the spec's form has no unit
        RegistryRequest request = await RequestAsync(HttpMethod.Patch, session.Location, ct).ConfigureAwait(false) with
        {
            Expected = [.. Accepted],
            Content = async token =>
            {
                HttpContent body = await content(token).ConfigureAwait(false);
                body.Headers.TryAddWithoutValidation("Content-Range", range);
                return body;
            },
        };
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        return Continued(request, response, session, end);
    }

    /// <summary>Asks how far an upload is after it broke; null when the registry has given it up.</summary>
    /// <remarks>docker-registry 2.8 gives up an upload that broke within a request: its state token holds the offset of before.</remarks>
    public async Task<UploadSession?> StatusAsync(UploadSession session, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Get, session.Location, ct).ConfigureAwait(false) with { Expected = [.. Accepted] };
        try
        {
            using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
            return Continued(request, response, session, 0);
        }
        catch (RegistryException e) when (!e.IsTransient && e.Status is not null)
        {
            return null;
        }
    }

    private async Task<RegistryRequest> OpeningAsync(string query, Func<string, string> scope, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        return await RequestAsync(HttpMethod.Post, endpoint.Host.At($"{endpoint.Repository}/blobs/uploads/{query}"), ct).ConfigureAwait(false) with
        {
            Scope = scope(endpoint.Repository),
            Expected = [HttpStatusCode.Accepted],
            Content = static _ => Task.FromResult<HttpContent>(new ByteArrayContent([])),
        };
    }

    private async Task<RegistryRequest> RequestAsync(HttpMethod method, Uri uri, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        return new RegistryRequest
        {
            Method = method,
            Host = endpoint.Host,
            Repository = endpoint.Repository,
            Uri = uri,
            Scope = Scopes.Push(endpoint.Repository),
            What = _what,
            Expected = [],
        };
    }

    private static UploadSession Opened(RegistryRequest request, HttpResponseMessage response)
    {
        long minimum = response.Headers.TryGetValues("OCI-Chunk-Min-Length", out IEnumerable<string>? values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long told) ? told : 0;
        return new UploadSession(RedirectingSender.Next(request.Uri, response), 0, minimum);
    }

    // "Range: 0-41" means that 42 bytes are there. For none, registries say "0-0" (which could be one) or nothing.
    private static UploadSession Continued(RegistryRequest request, HttpResponseMessage response, UploadSession session, long receivedBytes)
    {
        if (response.Headers.NonValidated.TryGetValues("Range", out System.Net.Http.Headers.HeaderStringValues values))
        {
            string range = values.ToString();
            range = range.StartsWith("bytes=", StringComparison.Ordinal) ? range[6..] : range;
            long last = 0;
            if (!range.StartsWith("0-", StringComparison.Ordinal)
                || !long.TryParse(range.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out last))
                throw RegistryConnection.Invalid(request, "says what it has received as something that is no range");
            receivedBytes = last == 0 && receivedBytes != 1 ? 0 : last + 1;
        }
        Uri location = response.Headers.NonValidated.Contains("Location") ? RedirectingSender.Next(request.Uri, response) : session.Location;
        return session with { Location = location, ReceivedBytes = receivedBytes };
    }

    private Uri WithDigest(Uri location)
    {
        string separator = location.Query.Length > 1 ? "&" : "?";
        string address = location.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped).TrimEnd('?');
        return new Uri($"{address}{separator}digest={Uri.EscapeDataString(blob.Digest.Value)}");
    }
}
