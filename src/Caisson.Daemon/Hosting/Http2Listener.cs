using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Caisson.Daemon.Hosting;

/// <summary>Gives a server connections that came about otherwise: those that began as another protocol, and those that travel within a call.</summary>
internal sealed class Http2Listener : IConnectionListenerFactory
{
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>Where the server that takes them listens.</summary>
    public static EndPoint Place { get; } = new Within();

    /// <summary>Gives the server a connection, and returns when it has ended.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite(new Served(connection, ended)))
            return;
        await ended.Task.ConfigureAwait(false);
    }

    /// <summary>Gives the server a connection that is two ends of pipes, and returns when it has ended.</summary>
    public Task ServeAsync(IDuplexPipe pipe) => ServeAsync(new DefaultConnectionContext { Transport = pipe, LocalEndPoint = Place, ConnectionId = Guid.CreateVersion7().ToString("N") });

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(new Accepting(_waiting));

    private sealed class Within : EndPoint
    {
        public override string ToString() => "within";
    }

    private sealed class Accepting(Channel<ConnectionContext> waiting) : IConnectionListener
    {
        public EndPoint EndPoint => Place;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && waiting.Reader.TryRead(out ConnectionContext? next) ? next : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            waiting.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    // The server disposes of what it has served.
    private sealed class Served(ConnectionContext inner, TaskCompletionSource ended) : ConnectionContext
    {
        public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

        public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public override Microsoft.AspNetCore.Http.Features.IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

        public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

        public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override void Abort() => inner.Abort();

        public override ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
