using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Caisson.Daemon.Control;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Health;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon;

/// <summary>The engine behind the APIs of Docker and of BuildKit.</summary>
public sealed partial class BuildDaemon : IAsyncDisposable
{
    private readonly DaemonServer _server;
    private readonly BuildEngine _engine;
    private readonly GrpcServer _calls;
    private readonly SessionUpgrade _upgrade;

    /// <summary>Puts it together.</summary>
    /// <param name="engine">What builds; not disposed.</param>
    /// <param name="addresses">Where it listens.</param>
    public BuildDaemon(BuildEngine engine, ImmutableArray<DaemonAddress> addresses)
    {
        _engine = engine;
        _server = new DaemonServer(addresses, AnswerAsync);
        _calls = new GrpcServer(TimeProvider.System);
        Health.BindService(_calls, new HealthService());
        SessionRegistry sessions = new(TimeProvider.System);
        BuildKitApi.Bind(_calls, engine, new DaemonFacts(engine.Options, "0.1.0", "localhost"), sessions, new SessionFiles(engine.ClientDirectories), TimeProvider.System);
        _upgrade = new SessionUpgrade(sessions, _server.ServeHttp2Async);
    }

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(CancellationToken ct) => _server.StartAsync(ct);

    /// <summary>Takes no more connections, and waits for what goes on until it is cancelled.</summary>
    public Task StopAsync(CancellationToken ct) => _server.StopAsync(ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (GrpcServer.IsCall(context.Request))
        {
            await _calls.AnswerAsync(context).ConfigureAwait(false);
            return;
        }
        string path = ApiVersion().Replace(context.Request.Path.Value ?? "", "");
        if (SessionUpgrade.Knows(path))
        {
            await _upgrade.AnswerAsync(context, path).ConfigureAwait(false);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        await context.Response.WriteAsync(_engine.Images.LayoutPath, context.RequestAborted).ConfigureAwait(false);
    }

    [GeneratedRegex(@"^/v[0-9]+\.[0-9]+(?=/)")]
    private static partial Regex ApiVersion();
}
