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
    /// <param name="files">Brings their files.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What does the builds, for those who ask for them otherwise.</returns>
    public static BuildSolver Bind(GrpcServer calls, BuildEngine engine, DaemonFacts facts, SessionRegistry sessions, SessionFiles files, TimeProvider time)
    {
        BuildJobs jobs = new(time);
        FrontendRunner runner = new(engine, sessions, files, facts);
        WorkerFacts worker = new(facts.Id, facts.Version, facts.HostName, [BuildEngine.MachinePlatform]);
        ClientHistory history = new();
        BuildSolver solver = new(jobs, runner, history, sessions, time);
        Proto.Control.Control.BindService(calls, new ControlService(jobs, solver, history, sessions, new CacheContents(engine, time), worker, time));
        Proto.Sessions.Content.Content.BindService(calls, new ContentService(engine, history));
        Proto.Tracing.TraceService.BindService(calls, new TraceService());
        LLBBridge.BindService(calls, new GatewayService(jobs, runner, worker));
        return solver;
    }
}
