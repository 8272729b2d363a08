using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.Grpc;

/// <summary>Answers calls over HTTP/2 with the methods that services bind to it.</summary>
/// <remarks>gRPC over HTTP/2. Services are added before the first call; from then on it is safe for many calls at once.</remarks>
/// <param name="time">What time limits are measured with.</param>
/// <param name="ending">Ends all calls: they are answered with a status still.</param>
internal sealed class GrpcServer(TimeProvider time, CancellationToken ending) : ServiceBinderBase
{
    private readonly Dictionary<string, Func<HttpCallContext, Task>> _methods = new(StringComparer.Ordinal);

    /// <summary>What those are told whose calls it ends.</summary>
    public string Ended { get; init; } = "the server ends";

    /// <summary>Whether a request is a call.</summary>
    public static bool IsCall(HttpRequest request) => HttpProtocol.IsHttp2(request.Protocol) && WireMetadata.IsContentType(request.ContentType);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Add(method, handler is null ? null : async call =>
    {
        TRequest request = await new RequestReader<TRequest>(call, method.RequestMarshaller).OnlyAsync().ConfigureAwait(false);
        TResponse response = await handler(request, call).ConfigureAwait(false);
        await new ResponseWriter<TResponse>(call, method.ResponseMarshaller).WriteLastAsync(response).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler is null ? null : async call =>
    {
        TResponse response = await handler(new RequestReader<TRequest>(call, method.RequestMarshaller), call).ConfigureAwait(false);
        await new ResponseWriter<TResponse>(call, method.ResponseMarshaller).WriteLastAsync(response).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler is null ? null : async call =>
    {
        TRequest request = await new RequestReader<TRequest>(call, method.RequestMarshaller).OnlyAsync().ConfigureAwait(false);
        await handler(request, new ResponseWriter<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler is null ? null : call =>
        handler(new RequestReader<TRequest>(call, method.RequestMarshaller), new ResponseWriter<TResponse>(call, method.ResponseMarshaller), call));

    /// <summary>Answers a call; returns when its status is sent, or nobody is there any more to get it.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        http.Response.ContentType = WireMetadata.ContentType;
        http.Response.Headers[WireMetadata.AcceptEncodingHeader] = MessageFraming.Accepted;
        HttpCallContext call = new(http, time, ending);
        await using (call.ConfigureAwait(false))
        {
            Status status = await RunAsync(call).ConfigureAwait(false);
            if (status.StatusCode == StatusCode.Cancelled && ending.IsCancellationRequested)
                status = new Status(StatusCode.Unavailable, Ended);
            if (!http.RequestAborted.IsCancellationRequested)
                await call.EndAsync(status).ConfigureAwait(false);
        }
    }

    private async Task<Status> RunAsync(HttpCallContext call)
    {
        try
        {
            if (call.BadTimeout)
                return new Status(StatusCode.Internal, "the time limit of the call cannot be read");
            if (!_methods.TryGetValue(call.Method, out Func<HttpCallContext, Task>? run))
                return new Status(StatusCode.Unimplemented, $"\"{call.Method}\" is not known");
            await run(call).ConfigureAwait(false);
            return call.Status;
        }
        catch (RpcException e)
        {
            foreach (Metadata.Entry entry in e.Trailers)
                call.ResponseTrailers.Add(entry);
            return e.Status;
        }
        // What breaks once the time is over, breaks because of it.
        catch (Exception) when (call.TimeIsOver)
        {
            return new Status(StatusCode.DeadlineExceeded, "the time limit of the call is over");
        }
        catch (OperationCanceledException)
        {
            return new Status(StatusCode.Cancelled, "the call was cancelled");
        }
        catch (Exception) when (call.CancellationToken.IsCancellationRequested)
        {
            return new Status(StatusCode.Cancelled, "the call was cancelled");
        }
#pragma warning disable CA1031 // Whatever one call runs into ends that call and no other. Its message is told, where it happened is not.
        catch (Exception e)
        {
            return new Status(StatusCode.Unknown, e.Message);
        }
#pragma warning restore CA1031
    }

    private void Add(IMethod method, Func<HttpCallContext, Task>? run)
    {
        if (run is not null)
            _methods.Add(method.FullName, run);
    }

    private sealed class RequestReader<T>(HttpCallContext call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    {
        private T? _current;

        public T Current => _current ?? throw new InvalidOperationException("there is no message");

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), call.Input);
            (bool found, T message) = await MessageFraming.ReadAsync(call.Input, marshaller, call.RequestEncoding, call.CancellationToken).ConfigureAwait(false);
            _current = message;
            return found;
        }

        public async Task<T> OnlyAsync()
        {
            (bool found, T message) = await MessageFraming.ReadAsync(call.Input, marshaller, call.RequestEncoding, call.CancellationToken).ConfigureAwait(false);
            if (!found)
                throw new RpcException(new Status(StatusCode.Internal, "the request is missing"));
            if ((await MessageFraming.ReadAsync(call.Input, marshaller, call.RequestEncoding, call.CancellationToken).ConfigureAwait(false)).Found)
                throw new RpcException(new Status(StatusCode.Internal, "there is more than one request"));
            return message;
        }
    }

    private sealed class ResponseWriter<T>(HttpCallContext call, Marshaller<T> marshaller) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get => call.WriteOptions; set => call.WriteOptions = value; }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            call.CancellationToken.ThrowIfCancellationRequested();
            PipeWriter output = await call.OutputAsync().ConfigureAwait(false);
            MessageFraming.Write(output, marshaller, message);
            if (WriteOptions?.Flags.HasFlag(WriteFlags.BufferHint) == true && output is { CanGetUnflushedBytes: true, UnflushedBytes: < 64 << 10 })
                return;
            FlushResult flushed = await output.FlushAsync(call.CancellationToken).ConfigureAwait(false);
            // Nobody reads any more.
            if (flushed.IsCompleted)
                throw new OperationCanceledException(call.CancellationToken);
        }

        // It goes out together with the status.
        public async Task WriteLastAsync(T message) => MessageFraming.Write(await call.OutputAsync().ConfigureAwait(false), marshaller, message);
    }
}
