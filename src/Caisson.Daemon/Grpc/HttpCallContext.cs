using System.Globalization;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Caisson.Daemon.Grpc;

/// <summary>One call that is being answered, with its request and its answer.</summary>
internal sealed class HttpCallContext : ServerCallContext, IAsyncDisposable
{
    private readonly HttpContext _http;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _ends;
    private readonly DateTime _deadline = DateTime.MaxValue;
    private readonly Lazy<Metadata> _requestHeaders;
    private readonly Dictionary<object, object> _state = [];
    private bool _begun;

    /// <summary>Makes the context; a time limit runs from now on.</summary>
    public HttpCallContext(HttpContext http, TimeProvider time, CancellationToken ending)
    {
        _http = http;
        string? limit = http.Request.Headers[WireMetadata.TimeoutHeader];
        // What is longer than timers can measure is no limit.
        if (WireMetadata.TryParseTimeout(limit, out TimeSpan timeout) && timeout < TimeSpan.FromDays(40))
        {
            _limit = new CancellationTokenSource(timeout, time);
            _deadline = time.GetUtcNow().UtcDateTime + timeout;
        }
        else
        {
            _limit = new CancellationTokenSource();
            BadTimeout = limit is not null && timeout == default;
        }
        _ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _limit.Token, ending);
        _requestHeaders = new Lazy<Metadata>(ReadHeaders);
        RequestEncoding = http.Request.Headers[WireMetadata.EncodingHeader];
    }

    /// <summary>Whether a time limit was given that is none.</summary>
    public bool BadTimeout { get; }

    /// <summary>Whether the time limit was passed.</summary>
    public bool TimeIsOver => _limit.IsCancellationRequested;

    /// <summary>What the messages of the request are compressed with, or null.</summary>
    public string? RequestEncoding { get; }

    /// <summary>The request's messages.</summary>
    public PipeReader Input => _http.Request.BodyReader;

    /// <inheritdoc/>
    protected override string MethodCore => _http.Request.Path.Value ?? "";

    /// <inheritdoc/>
    protected override string HostCore => _http.Request.Host.Value ?? "";

    /// <inheritdoc/>
    protected override string PeerCore => _http.Connection.RemoteIpAddress is { } address ? string.Create(CultureInfo.InvariantCulture, $"{address}:{_http.Connection.RemotePort}") : "unix:";

    /// <inheritdoc/>
    protected override DateTime DeadlineCore => _deadline;

    /// <inheritdoc/>
    protected override Metadata RequestHeadersCore => _requestHeaders.Value;

    /// <inheritdoc/>
    protected override CancellationToken CancellationTokenCore => _ends.Token;

    /// <inheritdoc/>
    protected override Metadata ResponseTrailersCore { get; } = [];

    /// <inheritdoc/>
    protected override Status StatusCore { get; set; }

    /// <inheritdoc/>
    protected override WriteOptions? WriteOptionsCore { get; set; }

    /// <inheritdoc/>
    protected override AuthContext AuthContextCore { get; } = new(null, []);

    /// <inheritdoc/>
    protected override IDictionary<object, object> UserStateCore => _state;

    /// <summary>Where the messages of the answer go. From the first on, the headers are sent and the status comes in trailers.</summary>
    public async ValueTask<PipeWriter> OutputAsync()
    {
        if (!_begun)
        {
            _begun = true;
            await _http.Response.StartAsync(_ends.Token).ConfigureAwait(false);
        }
        return _http.Response.BodyWriter;
    }

    /// <summary>Sends the status, in headers when nothing was sent before.</summary>
    public async Task EndAsync(Status status)
    {
        IHeaderDictionary target = _begun && _http.Features.Get<IHttpResponseTrailersFeature>() is { } trailers ? trailers.Trailers : _http.Response.Headers;
        target[WireMetadata.StatusHeader] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status.Detail is { Length: > 0 } detail)
            target[WireMetadata.MessageHeader] = WireMetadata.EncodeMessage(detail);
        Add(target, ResponseTrailers);
        try
        {
            await _http.Response.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went away; there is nobody to tell it to.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _ends.Dispose();
        _limit.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        if (_begun)
            throw new InvalidOperationException("the headers are sent already");
        Add(_http.Response.Headers, responseHeaders);
        await OutputAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException("calls are not passed on");

    private static void Add(IHeaderDictionary target, Metadata metadata)
    {
        foreach (Metadata.Entry entry in metadata)
        {
            if (WireMetadata.IsSent(entry) && WireMetadata.ValueOf(entry) is { } value)
                target.Append(entry.Key, value);
        }
    }

    private Metadata ReadHeaders()
    {
        Metadata metadata = [];
        foreach ((string name, StringValues values) in _http.Request.Headers)
        {
            foreach (string? value in values)
                WireMetadata.AddReceived(metadata, name, value ?? "");
        }
        return metadata;
    }
}
