using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>One call that is made: its messages to the other side, and those that come from there.</summary>
/// <remarks>One reader and one writer at a time. It is disposed when it is no longer wanted; what is left of it is then cancelled.</remarks>
internal sealed class ClientCall<TRequest, TResponse> : IAsyncStreamReader<TResponse>, IClientStreamWriter<TRequest>, IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly Method<TRequest, TResponse> _method;
    private readonly CancellationToken _closed;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _ends;
    private readonly CancellationToken _end;
    private readonly HttpRequestMessage _request;
    private readonly CallContent _content = new();
    private readonly Task<HttpResponseMessage> _response;
    private readonly Lock _state = new();
    private HttpResponseMessage? _answer;
    private PipeReader? _input;
    private string? _encoding;
    private TResponse? _current;
    private RpcException? _failure;
    private Status? _status;
    private Metadata _trailers = [];
    private bool _disposed;

    /// <summary>Begins a call.</summary>
    public ClientCall(HttpMessageInvoker http, Method<TRequest, TResponse> method, CallOptions options, TimeProvider time, CancellationToken closed)
    {
        _method = method;
        _closed = closed;
        _limit = new CancellationTokenSource();
        _request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost" + method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _content,
        };
        HttpRequestHeaders headers = _request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", "caisson");
        headers.TryAddWithoutValidation(WireMetadata.AcceptEncodingHeader, MessageFraming.Accepted);
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            TimeSpan timeout = deadline.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
            _limit.Dispose();
            _limit = timeout <= TimeSpan.Zero ? new CancellationTokenSource(TimeSpan.Zero, time) : new CancellationTokenSource(timeout, time);
            headers.TryAddWithoutValidation(WireMetadata.TimeoutHeader, WireMetadata.TimeoutText(timeout));
        }
        _ends = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, _limit.Token, closed);
        _end = _ends.Token;
        _end.UnsafeRegister(static call => ((ClientCall<TRequest, TResponse>)call!).Reset(), this); // not null: it is this
        WriteOptions = options.WriteOptions;
        _response = AddMetadata(headers, options.Headers) is { } bad
            ? Task.FromException<HttpResponseMessage>(Fail(new RpcException(new Status(StatusCode.Internal, $"the metadata \"{bad}\" has characters that cannot be sent"))))
            : SendAsync(http);
    }

    /// <inheritdoc/>
    public TResponse Current => _current ?? throw new InvalidOperationException("there is no message");

    /// <inheritdoc/>
    public WriteOptions? WriteOptions { get; set; }

    /// <summary>How it ended.</summary>
    public Status Status() => _status ?? throw new InvalidOperationException("the call goes on");

    /// <summary>What the other side said at its end.</summary>
    public Metadata Trailers() => _status is null ? throw new InvalidOperationException("the call goes on") : _trailers;

    /// <summary>What the other side says before its first message.</summary>
    public async Task<Metadata> HeadersAsync() => MetadataOf((await _response.ConfigureAwait(false)).Headers);

    /// <summary>Sends the one message of the request, without waiting: what goes wrong shows when the answer is read.</summary>
    public void SendOnly(TRequest request)
    {
        Task sending = SendOnlyAsync(request);
        _ = sending; // Its failure is that of the call.
    }

    /// <summary>Sends one message and gets one.</summary>
    public async Task<TResponse> UnaryAsync(TRequest request)
    {
        SendOnly(request);
        return await OnlyAsync().ConfigureAwait(false);
    }

    /// <summary>Gets the one message of the answer.</summary>
    public async Task<TResponse> OnlyAsync()
    {
        try
        {
            if (!await MoveNext(CancellationToken.None).ConfigureAwait(false))
                throw NotOne("the answer is missing");
            TResponse only = Current;
            if (await MoveNext(CancellationToken.None).ConfigureAwait(false))
                throw NotOne("there is more than one answer");
            return only;
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await _response.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_status is { } known)
                return known.StatusCode == StatusCode.OK ? false : throw _failure ?? new RpcException(known, _trailers);
            if (_input is null)
            {
                _input = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), new StreamPipeReaderOptions(bufferSize: 64 << 10, useZeroByteReads: true));
                _encoding = response.Headers.TryGetValues(WireMetadata.EncodingHeader, out IEnumerable<string>? encodings) ? encodings.First() : null;
            }
            cancellationToken.ThrowIfCancellationRequested();
            _end.ThrowIfCancellationRequested();
            // Most messages of a long answer come together with others.
            if (MessageFraming.TryRead(_input, _method.ResponseMarshaller, _encoding, out _current))
                return true;
            using CancellationTokenSource? either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _end) : null;
            (bool found, TResponse message) = await MessageFraming.ReadAsync(_input, _method.ResponseMarshaller, _encoding, either?.Token ?? _end).ConfigureAwait(false);
            _current = message;
            if (found)
                return true;
            Finish(response.TrailingHeaders);
            return false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is RpcException or IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            throw Fail(Explain(e));
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        try
        {
            PipeWriter output = await _content.Output.WaitAsync(_end).ConfigureAwait(false);
            MessageFraming.Write(output, _method.RequestMarshaller, message);
            if (WriteOptions?.Flags.HasFlag(WriteFlags.BufferHint) == true && output.UnflushedBytes < 64 << 10)
                return;
            using CancellationTokenSource? either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _end) : null;
            await output.FlushAsync(either?.Token ?? _end).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            throw await WriteFailureAsync(e).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task CompleteAsync()
    {
        try
        {
            PipeWriter output = await _content.Output.WaitAsync(_end).ConfigureAwait(false);
            await output.FlushAsync(_end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The call is over already, and its status says how.
        }
        _content.End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_state)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_status is null)
                Fail(new RpcException(new Status(StatusCode.Cancelled, "the call was given up")));
        }
        _ends.Cancel();
        Reset();
        _request.Dispose();
        _ends.Dispose();
        _limit.Dispose();
    }

    private async Task SendOnlyAsync(TRequest request)
    {
        try
        {
            await WriteAsync(request).ConfigureAwait(false);
            _content.End();
        }
        // Where the other side has answered without reading it, its answer says how the call ended.
        catch (RpcException) when (_response.IsCompletedSuccessfully)
        {
            _content.End();
        }
        catch (RpcException e)
        {
            Fail(e);
            Reset();
        }
    }

    // What is not sent or not read to its end breaks off for the other side.
    private void Reset()
    {
        _content.Abort();
        _answer?.Dispose();
    }

    // Null, or the first name whose value cannot be sent. Values of one name are put together for the stream below, which takes them apart.
    private static string? AddMetadata(HttpRequestHeaders headers, Metadata? metadata)
    {
        foreach (IGrouping<string, Metadata.Entry> named in (metadata ?? []).Where(WireMetadata.IsSent).GroupBy(static e => e.Key, StringComparer.Ordinal))
        {
            string?[] values = [.. named.Select(WireMetadata.ValueOf)];
            if (values.Contains(null))
                return named.Key;
            headers.TryAddWithoutValidation(named.Key, string.Join(ClientStream.ValueSeparator, values));
        }
        return null;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http)
    {
        try
        {
            HttpResponseMessage response = await http.SendAsync(_request, _end).ConfigureAwait(false);
            _answer = response;
            _end.ThrowIfCancellationRequested();
            if (response.StatusCode != HttpStatusCode.OK || !WireMetadata.IsContentType(response.Content.Headers.ContentType?.MediaType))
                throw new RpcException(new Status(CodeOf(response.StatusCode), $"the other side answers with HTTP status {(int)response.StatusCode} and no gRPC"));
            if (response.Headers.Contains(WireMetadata.StatusHeader))
                Finish(response.Headers);
            return response;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or RpcException)
        {
            RpcException failure = Fail(Explain(e));
            Reset();
            throw failure;
        }
    }

    // Takes the status from trailers, or from headers of an answer that has nothing else.
    private void Finish(HttpResponseHeaders headers)
    {
        string? code = headers.TryGetValues(WireMetadata.StatusHeader, out IEnumerable<string>? codes) ? codes.First() : null;
        string message = headers.TryGetValues(WireMetadata.MessageHeader, out IEnumerable<string>? messages) ? WireMetadata.DecodeMessage(string.Join(", ", messages)) : "";
        Status status = code is null ? new Status(StatusCode.Internal, "the answer ended without a status")
            : int.TryParse(code, out int number) && number is >= 0 and <= (int)StatusCode.Unauthenticated ? new Status((StatusCode)number, message)
            : new Status(StatusCode.Unknown, message);
        Metadata trailers = MetadataOf(headers);
        lock (_state)
        {
            if (_status is null)
            {
                _trailers = trailers;
                _status = status;
            }
        }
        _content.End();
        if (_status is { StatusCode: not StatusCode.OK } failed)
            throw Fail(new RpcException(failed, _trailers));
    }

    private static Metadata MetadataOf(HttpResponseHeaders headers)
    {
        Metadata metadata = [];
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            foreach (string value in values)
                WireMetadata.AddReceived(metadata, name, value);
        }
        return metadata;
    }

    // The first failure is that of the call, whoever sees it.
    private RpcException Fail(RpcException failure)
    {
        lock (_state)
        {
            _status ??= failure.Status;
            return _failure ??= _status.Value.StatusCode == failure.StatusCode ? failure : new RpcException(_status.Value, _trailers);
        }
    }

    // Whatever status the other side gives it.
    private RpcException NotOne(string detail)
    {
        lock (_state)
        {
            _status = new Status(StatusCode.Internal, detail);
            return _failure = new RpcException(_status.Value, _trailers);
        }
    }

    // Of a call that the other side ended, the reader gets to know how.
    private async Task<RpcException> WriteFailureAsync(Exception e)
    {
        if (_status is null && !_end.IsCancellationRequested)
            await ((Task)_response).WaitAsync(_end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _failure ?? (_status is { } known ? new RpcException(known, _trailers) : Explain(e));
    }

    private RpcException Explain(Exception e)
    {
        if (e is RpcException known)
            return known;
        if (_closed.IsCancellationRequested)
            return new RpcException(new Status(StatusCode.Unavailable, "the connection has ended"));
        if (!_disposed && _limit.IsCancellationRequested)
            return new RpcException(new Status(StatusCode.DeadlineExceeded, "the time limit of the call is over"));
        if (e is OperationCanceledException or ObjectDisposedException || _end.IsCancellationRequested)
            return new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
        return new RpcException(new Status(CodeOf(e), e.Message));
    }

    // gRPC over HTTP/2, "Errors": what a reset means.
    private static StatusCode CodeOf(Exception? e) => e switch
    {
        HttpProtocolException { ErrorCode: 0x7 } => StatusCode.Unavailable,
        HttpProtocolException { ErrorCode: 0x8 } => StatusCode.Cancelled,
        HttpProtocolException { ErrorCode: 0xb } => StatusCode.ResourceExhausted,
        HttpProtocolException { ErrorCode: 0xc } => StatusCode.PermissionDenied,
        HttpProtocolException => StatusCode.Internal,
        { InnerException: { } inner } => CodeOf(inner),
        _ => StatusCode.Unavailable,
    };

    // gRPC's documentation, "HTTP to gRPC Status Code Mapping".
    private static StatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
