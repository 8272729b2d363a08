using Caisson.Daemon.Control;
using Caisson.Daemon.EngineApi;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Health;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon;

/// <summary>The engine behind the APIs of Docker and of BuildKit.</summary>
public sealed class BuildDaemon : IAsyncDisposable
{
    // For the last words to those whose builds are cancelled at the end.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    // For builds that were cancelled to end their steps and to take away their mounts.
    private static readonly TimeSpan Tidying = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _late = new();
    private readonly DaemonServer _server;
    private readonly RunningRequests _running = new();
    private readonly EngineApiRouter _docker;
    private readonly GrpcServer _calls;

    /// <summary>Puts it together.</summary>
    /// <param name="engine">What builds; not disposed.</param>
    /// <param name="options">How it is reached.</param>
    public BuildDaemon(BuildEngine engine, DaemonOptions options)
    {
        _server = new DaemonServer(options, AnswerAsync);
        _calls = new GrpcServer(options.Time, _running.Ending) { Ended = RunningRequests.Ended };
        Health.BindService(_calls, new HealthService(_running.Stopping));
        SessionRegistry sessions = new(options.Time);
        DaemonFacts facts = new(engine.Options.StatePath, options.Version, options.HostName)
        {
            Builds = options.Builds,
            Labels = options.Labels,
            CacheRules = options.CacheRules.IsEmpty ? [] : CacheRules.On(options.CacheRules, new DriveInfo(Path.GetFullPath(engine.Options.StatePath)).TotalSize),
            Time = options.Time,
        };
        CacheContents cache = new(engine, options.Time);
        CacheCollector collector = new(facts.CacheRules.IsEmpty ? null : ct => cache.PruneAsync(facts.CacheRules, ct), options.Warn, _running, options.Time);
        BuildSolver solver = BuildKitApi.Bind(_calls, engine, facts, sessions, collector);
        _docker = new EngineApiRouter(engine, solver, new SessionUpgrade(sessions, _server.ServeHttp2Async), options, _running);
    }

    /// <summary>Where it listens, with the ports that it got.</summary>
    public IEnumerable<string> Places => _server.Places;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BuildException">An address cannot be had.</exception>
    public Task StartAsync(CancellationToken ct) => _server.StartAsync(ct);

    /// <summary>Takes no more connections, and waits for what goes on; what goes on still after a time is cancelled.</summary>
    /// <param name="grace">That time.</param>
    /// <returns>How many requests did not heed that; they end with the process.</returns>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        await _running.StopAsync(grace).ConfigureAwait(false);
        _late.CancelAfter(grace + Farewell);
        await _server.StopAsync(_late.Token).ConfigureAwait(false);
        return await _running.EndAsync(Tidying).ConfigureAwait(false);
    }

    /// <summary>Ends that time early.</summary>
    public void Hurry()
    {
        _running.Hurry();
        _late.CancelAfter(Farewell);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _docker.Dispose();
        _running.Dispose();
        _late.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using IDisposable running = _running.Begin();
        if (GrpcServer.IsCall(context.Request))
        {
            await _calls.AnswerAsync(context).ConfigureAwait(false);
            return;
        }
        await _docker.AnswerAsync(context).ConfigureAwait(false);
    }
}
