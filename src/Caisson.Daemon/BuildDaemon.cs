using System.Collections.Immutable;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon;

/// <summary>The engine behind the APIs of Docker and of BuildKit.</summary>
public sealed class BuildDaemon : IAsyncDisposable
{
    private readonly DaemonServer _server;
    private readonly BuildEngine _engine;

    /// <summary>Puts it together.</summary>
    /// <param name="engine">What builds; not disposed.</param>
    /// <param name="addresses">Where it listens.</param>
    public BuildDaemon(BuildEngine engine, ImmutableArray<DaemonAddress> addresses)
    {
        _engine = engine;
        _server = new DaemonServer(addresses, AnswerAsync);
    }

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(CancellationToken ct) => _server.StartAsync(ct);

    /// <summary>Takes no more connections, and waits for what goes on until it is cancelled.</summary>
    public Task StopAsync(CancellationToken ct) => _server.StopAsync(ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        await context.Response.WriteAsync(_engine.Images.LayoutPath, context.RequestAborted).ConfigureAwait(false);
    }
}
