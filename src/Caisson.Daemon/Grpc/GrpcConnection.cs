using System.Net;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>Calls over one connection that is there already. When it ends, all calls end, and no other connection is ever made.</summary>
/// <remarks>HTTP/2 with prior knowledge, RFC 9113, section 3.3. It begins with the first call.</remarks>
internal sealed class GrpcConnection : IAsyncDisposable
{
    // The largest that a client of .NET can be given; contexts are gigabytes.
    private const int StreamWindow = 16 << 20;

    /// <summary>After this time without a word, the other side is asked whether it is there still.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to say so.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientStream _stream;
    private readonly HttpMessageInvoker _http;
    private int _connected;

    /// <summary>Takes a connection.</summary>
    /// <param name="connection">Read and written; disposed with this.</param>
    /// <param name="time">What time limits are measured with.</param>
    public GrpcConnection(Stream connection, TimeProvider time)
    {
        _stream = new ClientStream(connection);
#pragma warning disable CA2000 // The invoker disposes of it.
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = false,
            MaxConnectionsPerServer = 1,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            InitialHttp2StreamWindowSize = StreamWindow,
            KeepAlivePingDelay = Silence,
            KeepAlivePingTimeout = Patience,
        });
#pragma warning restore CA2000
        Calls = new Invoker(_http, time, _stream.Closed);
    }

    /// <summary>What generated clients make their calls with.</summary>
    public CallInvoker Calls { get; }

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Closed => _stream.Closed;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _connected, 1) != 0)
            throw new IOException("the connection has ended");
        return ValueTask.FromResult<Stream>(_stream);
    }

    private sealed class Invoker(HttpMessageInvoker http, TimeProvider time, CancellationToken closed) : CallInvoker
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException("nothing waits for a call with a thread");

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            ClientCall<TRequest, TResponse> call = Start(method, options);
            return new AsyncUnaryCall<TResponse>(call.UnaryAsync(request), call.HeadersAsync(), call.Status, call.Trailers, call.Dispose);
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            ClientCall<TRequest, TResponse> call = Start(method, options);
            call.SendOnly(request);
            return new AsyncServerStreamingCall<TResponse>(call, call.HeadersAsync(), call.Status, call.Trailers, call.Dispose);
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            ClientCall<TRequest, TResponse> call = Start(method, options);
            return new AsyncClientStreamingCall<TRequest, TResponse>(call, call.OnlyAsync(), call.HeadersAsync(), call.Status, call.Trailers, call.Dispose);
        }

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            ClientCall<TRequest, TResponse> call = Start(method, options);
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(call, call, call.HeadersAsync(), call.Status, call.Trailers, call.Dispose);
        }

        private ClientCall<TRequest, TResponse> Start<TRequest, TResponse>(Method<TRequest, TResponse> method, CallOptions options) where TRequest : class where TResponse : class =>
            new(http, method, options, time, closed);
    }
}
