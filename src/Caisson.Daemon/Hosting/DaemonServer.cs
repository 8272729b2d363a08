using System.IO.Pipelines;
using Caisson.Daemon.Grpc;
using Caisson.Engine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Caisson.Daemon.Hosting;

/// <summary>Takes connections at the daemon's addresses. At each, both protocols are understood: HTTP/1.1, and HTTP/2 from its first byte.</summary>
/// <remarks>RFC 9113, section 3.3, "Starting HTTP/2 with Prior Knowledge".</remarks>
internal sealed class DaemonServer : IAsyncDisposable
{
    private const int MaxHeadBytes = 1 << 20;

    // Until then, who connects has said what language it speaks.
    private static readonly TimeSpan FirstWords = TimeSpan.FromSeconds(60);

    private static readonly byte[] Http2Begin = "PRI * HTTP/2.0"u8.ToArray();

    private readonly Http2Listener _within = new();
    private readonly KestrelServer _front;
    private readonly KestrelServer _http2;
    private readonly IHttpApplication<HttpContext> _application;
    private readonly DaemonOptions _options;
    private readonly List<ListeningSocket> _sockets = [];

    /// <summary>Makes the server; it listens when it is started.</summary>
    /// <param name="options">How it is reached.</param>
    /// <param name="answer">Answers a request.</param>
    public DaemonServer(DaemonOptions options, RequestDelegate answer)
    {
        _options = options;
        _application = new Application(answer);
        RefusedClients refused = new(options.Warn, options.Time);
        KestrelServerOptions front = OptionsOf();
        foreach (DaemonAddress address in options.Addresses)
        {
            front.Listen(address.EndPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => HalfClosedConnection.ServeAsync(connection, address.IsTcp, next));
                if (address.IsTcp && options.Tls is { } tls)
                    listen.Use(next => connection => TlsConnection.ServeAsync(connection, tls, refused, next));
                listen.Use(Divert);
            });
        }
        SocketTransportOptions sockets = new();
        sockets.CreateBoundListenSocket = endpoint => _sockets.First(s => s.Address.EndPoint == endpoint).Socket;
        _front = new KestrelServer(Options.Create(front), new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        KestrelServerOptions http2 = OptionsOf();
        http2.Listen(Http2Listener.Place, static listen => listen.Protocols = HttpProtocols.Http2);
        _http2 = new KestrelServer(Options.Create(http2), _within, NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens, with the ports that it got.</summary>
    public IEnumerable<string> Places => _sockets.Select(static s => s.Address.IsTcp ? $"tcp://{s.Socket.LocalEndPoint}" : s.Address.ToString());

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BuildException">An address cannot be had.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        foreach (DaemonAddress address in _options.Addresses)
            _sockets.Add(ListeningSocket.Bind(address, _options.Group, _options.Owner));
        await _http2.StartAsync(_application, ct).ConfigureAwait(false);
        await _front.StartAsync(_application, ct).ConfigureAwait(false);
    }

    /// <summary>Serves HTTP/2 on a connection that came about otherwise, until it ends.</summary>
    public Task ServeHttp2Async(IDuplexPipe connection) => _within.ServeAsync(connection);

    /// <summary>Takes no more connections, and waits for the requests that are being answered; when it is cancelled, they are given up.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        // Connections of the one may go on in the other.
        await Task.WhenAll(_front.StopAsync(ct), _http2.StopAsync(ct)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _front.Dispose();
        _http2.Dispose();
        RemoveSockets();
        return ValueTask.CompletedTask;
    }

    private void RemoveSockets()
    {
        foreach (ListeningSocket socket in _sockets)
            socket.Dispose();
        _sockets.Clear();
    }

    private static KestrelServerOptions OptionsOf()
    {
        // Whether TLS was spoken before, Kestrel does not know: "https" is as good as "http".
        KestrelServerOptions options = new() { AddServerHeader = false, AllowSynchronousIO = false, AllowAlternateSchemes = true };
        // Contexts and images are as large as they are.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        // As Go's servers: arguments and labels of a build stand in its address, the passwords of registries in a header.
        options.Limits.MaxRequestLineSize = MaxHeadBytes;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeadBytes;
        options.Limits.MaxRequestBufferSize = 2 * MaxHeadBytes;
        options.Limits.MaxRequestHeaderCount = 1000;
        // A client whose machine is gone says nothing, not even that.
        options.Limits.Http2.KeepAlivePingDelay = GrpcConnection.Silence;
        options.Limits.Http2.KeepAlivePingTimeout = GrpcConnection.Patience;
        options.Limits.Http2.MaxStreamsPerConnection = 1000;
        options.Limits.Http2.InitialConnectionWindowSize = 8 << 20;
        options.Limits.Http2.InitialStreamWindowSize = 2 << 20;
        return options;
    }

    // Looks at the first bytes of a connection, takes none of them, and gives it to who understands them.
    private ConnectionDelegate Divert(ConnectionDelegate next) => async connection =>
    {
        PipeReader input = connection.Transport.Input;
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using CancellationTokenSource silent = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, stopping);
        silent.CancelAfter(FirstWords);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(silent.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            bool? begins = Begins(read.Buffer);
            input.AdvanceTo(read.Buffer.Start, begins is null ? read.Buffer.End : read.Buffer.Start);
            if (begins == true)
            {
                await _within.ServeAsync(connection).ConfigureAwait(false);
                return;
            }
            if (begins == false || read.IsCompleted || read.IsCanceled)
                break;
        }
        await next(connection).ConfigureAwait(false);
    };

    // Null for not yet known.
    private static bool? Begins(System.Buffers.ReadOnlySequence<byte> bytes)
    {
        int at = 0;
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            foreach (byte next in part.Span)
            {
                if (next != Http2Begin[at++])
                    return false;
                if (at == Http2Begin.Length)
                    return true;
            }
        }
        return null;
    }

    private sealed class Application(RequestDelegate answer) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => answer(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
