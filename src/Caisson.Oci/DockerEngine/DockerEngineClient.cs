using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Oci.DockerEngine;

/// <summary>Speaks to a Docker engine on this machine, through its socket.</summary>
/// <remarks>
/// <para>Docker Engine API 1.41 to 1.51: _ping, info, images/json, images/NAME/json, images/load. Everything that comes back is bounded.</para>
/// <para>
/// An engine with the classic image store opens the file of a layer only when it does not have the layer with all those below it, so the archive may go without such files (seen with
/// 20.10.24 and 28.5.2). One with containerd's image store keeps the blobs themselves and does not say which: it gets all of them.
/// </para>
/// </remarks>
public sealed class DockerEngineClient : IDisposable
{
    private const int MaxAnswerBytes = 64 << 20;
    private const int MaxImages = 2000;
    private const string ContainerdStore = "io.containerd.snapshotter.v1";

    private readonly string _path;
    private readonly HttpMessageInvoker _http;

    /// <summary>Speaks to the engine behind a socket.</summary>
    public DockerEngineClient(string socketPath)
    {
        _path = socketPath;
        _http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = (_, ct) => ConnectAsync(ct) });
    }

    /// <summary>How long the answer to a question may take.</summary>
    internal TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Loads an image, without the layers that the engine has.</summary>
    /// <param name="image">The image.</param>
    /// <param name="names">The names that it gets there.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="DockerEngineException">No engine answers, or it refuses the image.</exception>
    public async Task<DockerLoad> LoadAsync(Image image, ImmutableArray<Reference> names, CancellationToken ct)
    {
        string api = await PingAsync(ct).ConfigureAwait(false);
        int known = await CountKnownAsync(api, image, ct).ConfigureAwait(false);
        if (known > 0)
        {
            try
            {
                await SendAsync(api, image, names, known, ct).ConfigureAwait(false);
                return new DockerLoad(image.Layers.Length - known, known);
            }
            catch (DockerEngineException e) when (!e.IsUnreachable)
            {
                // It lost a layer since it was asked.
            }
        }
        await SendAsync(api, image, names, known: 0, ct).ConfigureAwait(false);
        return new DockerLoad(image.Layers.Length, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<string> PingAsync(CancellationToken ct) => AskAsync("/_ping", (answer, _) => Task.FromResult(VersionOf(answer)), ct);

    private string VersionOf(HttpResponseMessage answer)
    {
        string? version = answer.Headers.TryGetValues("Api-Version", out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
        if (answer.StatusCode != HttpStatusCode.OK || version is null || !version.All(static c => char.IsAsciiDigit(c) || c == '.'))
            throw new DockerEngineException($"what listens at {_path} is no Docker engine") { IsUnreachable = true };
        return "/v" + version;
    }

    // How many of the layers, from the lowest, the engine has on top of one another.
    private async Task<int> CountKnownAsync(string api, Image image, CancellationToken ct)
    {
        using JsonDocument? info = await GetAsync(api + "/info", ct).ConfigureAwait(false);
        if (info is null || info.RootElement.GetRawText().Contains(ContainerdStore, StringComparison.Ordinal))
            return 0;
        using JsonDocument? images = await GetAsync(api + "/images/json?all=1", ct).ConfigureAwait(false);
        int known = 0;
        foreach (string id in images is null ? [] : IdsOf(images.RootElement).Take(MaxImages))
        {
            using JsonDocument? found = await GetAsync($"{api}/images/{Uri.EscapeDataString(id)}/json", ct).ConfigureAwait(false);
            if (found is not null)
                known = Math.Max(known, CountCommon(found.RootElement, image));
            if (known == image.Layers.Length)
                break;
        }
        return known;
    }

    private static IEnumerable<string> IdsOf(JsonElement images)
    {
        foreach (JsonElement image in images.ValueKind == JsonValueKind.Array ? images.EnumerateArray() : default)
        {
            if (image.ValueKind == JsonValueKind.Object && image.TryGetProperty("Id", out JsonElement id) && id.ValueKind == JsonValueKind.String && Digest.TryParse(id.GetString(), out _))
                yield return id.GetString()!; // a digest
        }
    }

    private static int CountCommon(JsonElement found, Image image)
    {
        if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty("RootFS", out JsonElement files) || files.ValueKind != JsonValueKind.Object
            || !files.TryGetProperty("Layers", out JsonElement layers) || layers.ValueKind != JsonValueKind.Array)
            return 0;
        int count = 0;
        foreach (JsonElement layer in layers.EnumerateArray())
        {
            if (count == image.Layers.Length || layer.ValueKind != JsonValueKind.String || layer.GetString() != image.Layers[count].DiffId.Value)
                break;
            count++;
        }
        return count;
    }

    private async Task SendAsync(string api, Image image, ImmutableArray<Reference> names, int known, CancellationToken ct)
    {
        // A blob can be that of several layers, of which the engine may have some.
        HashSet<Digest> needed = [.. image.Layers.Skip(known).Select(static l => l.Blob.Digest)];
        DockerArchiveOptions options = new()
        {
            Names = names,
            Layers = DockerArchiveLayers.AsStored,
            LeftOut = [.. image.Layers.Take(known).Select(static l => l.Blob.Digest).Where(d => !needed.Contains(d))],
        };
        using ArchiveBody body = new(image, options);
        using HttpRequestMessage request = new(HttpMethod.Post, AddressOf(api + "/images/load?quiet=1")) { Content = body };
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, ct).ConfigureAwait(false);
            byte[] text = await ReadAsync(answer, ct).ConfigureAwait(false);
            if (FailureIn(text) is { } failure)
                throw new DockerEngineException($"the Docker engine refused the image: {failure}");
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new DockerEngineException($"the Docker engine refused the image: it answered {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException && body.Failure is null)
        {
            throw new DockerEngineException($"the Docker engine at {_path} broke off: {e.Message}", e);
        }
        catch (HttpRequestException) when (body.Failure is { } failure)
        {
            throw failure; // the image could not be read: that is not the engine's
        }
    }

    // One JSON object a line; one with "error" is the end.
    private static string? FailureIn(byte[] text)
    {
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                using JsonDocument said = JsonDocument.Parse(line);
                foreach (string name in (string[])["error", "message"])
                {
                    if (said.RootElement.ValueKind == JsonValueKind.Object && said.RootElement.TryGetProperty(name, out JsonElement failure) && failure.ValueKind == JsonValueKind.String)
                        return Redaction.Of(failure.GetString() ?? "", sent: null);
                }
            }
            catch (JsonException)
            {
                // Something for people.
            }
        }
        return null;
    }

    private Task<JsonDocument?> GetAsync(string path, CancellationToken ct) => AskAsync(path, ReadJsonAsync, ct);

    private static async Task<JsonDocument?> ReadJsonAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        byte[] text = await ReadAsync(answer, ct).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.OK)
            return null;
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<T> AskAsync<T>(string path, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(AnswerTime);
        using HttpRequestMessage request = new(HttpMethod.Get, AddressOf(path));
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, patience.Token).ConfigureAwait(false);
            return await read(answer, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(WhyOf(e.InnerException ?? e), e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {AnswerTime.TotalSeconds:0} seconds", e);
        }
    }

    private DockerEngineException Unreachable(string why, Exception cause) => new($"no Docker engine answers at {_path}: {why}", cause) { IsUnreachable = true };

    private static string WhyOf(Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "there is no such socket", // what .NET makes of ENOENT
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not use it",
        _ => failure.Message,
    };

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        Stream body = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using MemoryStream text = new();
            byte[] buffer = new byte[16 << 10];
            while (await body.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var count)
            {
                if (text.Length + count > MaxAnswerBytes)
                    throw new DockerEngineException("the Docker engine says more than anyone wants to know");
                text.Write(buffer, 0, count);
            }
            return text.ToArray();
        }
    }

    // The name of the host is for the header alone.
    private static Uri AddressOf(string path) => new("http://docker" + path);

    private async ValueTask<Stream> ConnectAsync(CancellationToken ct)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (ArgumentOutOfRangeException e)
        {
            socket.Dispose();
            throw new IOException("the path of its socket is too long", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ArchiveBody : HttpContent
    {
        private readonly Image _image;
        private readonly DockerArchiveOptions _options;

        public ArchiveBody(Image image, DockerArchiveOptions options)
        {
            _image = image;
            _options = options;
            Headers.ContentType = new("application/x-tar");
        }

        /// <summary>Why the image could not be read.</summary>
        public Exception? Failure { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            try
            {
                await new DockerArchiveSink(stream, _options).WriteAsync(_image, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidImageException or BlobNotFoundException)
            {
                Failure = e;
                throw;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
