using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Sessions;
using Caisson.Engine;

namespace Caisson.Daemon.Control;

/// <summary>The API of BuildKit over an engine, put together.</summary>
internal static class BuildKitApi
{
    /// <summary>Adds its services to those that are called.</summary>
    /// <param name="calls">Where they are called.</param>
    /// <param name="engine">What builds.</param>
    /// <param name="facts">What the daemon is.</param>
    /// <param name="sessions">The clients.</param>
    /// <param name="collector">Told of builds.</param>
    /// <returns>What does the builds, for those who ask for them otherwise.</returns>
    public static BuildSolver Bind(GrpcServer calls, BuildEngine engine, DaemonFacts facts, SessionRegistry sessions, CacheCollector collector)
    {
        BuildJobs jobs = new(facts.Time);
        FrontendRunner runner = new(engine, sessions, new SessionFiles(engine.ClientDirectories), facts);
        WorkerFacts worker = new(facts, [BuildEngine.MachinePlatform], [.. facts.CacheRules, .. CacheRules.Limit(engine.Options.MaxSizeBytes)]);
        ClientHistory history = new();
        BuildSolver solver = new(jobs, runner, history, sessions, facts.Time) { Collector = collector };
        Proto.Control.Control.BindService(calls, new ControlService(jobs, solver, history, sessions, new CacheContents(engine, facts.Time), worker, facts.Time));
        Proto.Sessions.Content.Content.BindService(calls, new ContentService(engine, history));
        Proto.Tracing.TraceService.BindService(calls, new TraceService());
        LLBBridge.BindService(calls, new GatewayService(jobs, runner, worker));
        return solver;
    }
}
