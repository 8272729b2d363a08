using Caisson.Daemon.EngineApi;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon;

/// <summary>The engine behind the APIs of Docker and of BuildKit.</summary>
public sealed class BuildDaemon : IAsyncDisposable
{
    private readonly DaemonServer _server;
    private readonly RunningRequests _running = new();
    private readonly EngineApiRouter _docker;

    /// <summary>Puts it together.</summary>
    /// <param name="engine">What builds; not disposed.</param>
    /// <param name="options">How it is reached.</param>
    public BuildDaemon(BuildEngine engine, DaemonOptions options)
    {
        _server = new DaemonServer(options, AnswerAsync);
        _docker = new EngineApiRouter(engine, options, _running.Stopping);
    }

    /// <summary>Where it listens, with the ports that it got.</summary>
    public IEnumerable<string> Places => _server.Places;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BuildException">An address cannot be had.</exception>
    public Task StartAsync(CancellationToken ct) => _server.StartAsync(ct);

    /// <summary>Takes no more connections, and waits for what goes on; what goes on still after a time is cancelled.</summary>
    /// <param name="grace">That time.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        await _running.StopAsync().ConfigureAwait(false);
        using CancellationTokenSource late = new(grace);
        await _server.StopAsync(late.Token).ConfigureAwait(false);
        await _running.EndAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _docker.Dispose();
        _running.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using IDisposable running = _running.Begin();
        await _docker.AnswerAsync(context).ConfigureAwait(false);
    }
}
