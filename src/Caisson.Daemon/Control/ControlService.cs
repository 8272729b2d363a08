using System.Globalization;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Grpc.Core;
using PruneRequest = Caisson.Daemon.Proto.Control.PruneRequest;

namespace Caisson.Daemon.Control;

/// <summary>BuildKit's control API: builds, what is told of them, what the daemon is and holds.</summary>
internal sealed class ControlService(BuildJobs jobs, BuildSolver solver, ClientHistory history, SessionRegistry sessions, CacheContents cache, WorkerFacts worker, TimeProvider time) : Proto.Control.Control.ControlBase
{
    // By it clients translate times of this machine to theirs.
    private const string TimestampHeader = "buildkit-current-timestamp";

    /// <inheritdoc/>
    public override Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) =>
        solver.SolveAsync(new BuildJob(request, new StatusLog(time), context.CancellationToken), context.CancellationToken);

    /// <inheritdoc/>
    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        await SendTimestampAsync(context).ConfigureAwait(false);
        StatusLog log = history.Find(request.Ref) ?? (await jobs.GetAsync(request.Ref, context.CancellationToken).ConfigureAwait(false)).Status;
        await foreach (StatusResponse status in log.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(status, context.CancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context) => sessions.ServeAsync(requestStream, responseStream, context);

    /// <inheritdoc/>
    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) => Task.FromResult(new ListWorkersResponse { Record = { worker.Record() } });

    /// <inheritdoc/>
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) => Task.FromResult(new InfoResponse { BuildkitVersion = worker.BuildkitVersion() });

    /// <inheritdoc/>
    public override Task<DiskUsageResponse> DiskUsage(DiskUsageRequest request, ServerCallContext context) => Explained(() => cache.MeasureAsync(request, context.CancellationToken));

    /// <inheritdoc/>
    public override Task Prune(PruneRequest request, IServerStreamWriter<UsageRecord> responseStream, ServerCallContext context) => Explained(async () =>
    {
        foreach (UsageRecord record in await cache.PruneAsync(request, context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(record, context.CancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public override async Task ListenBuildHistory(BuildHistoryRequest request, IServerStreamWriter<BuildHistoryEvent> responseStream, ServerCallContext context)
    {
        await SendTimestampAsync(context).ConfigureAwait(false);
        await foreach (BuildHistoryEvent told in history.ListenAsync(request, time.GetUtcNow(), context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(told, context.CancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<UpdateBuildHistoryResponse> UpdateBuildHistory(UpdateBuildHistoryRequest request, ServerCallContext context)
    {
        history.Update(request);
        return Task.FromResult(new UpdateBuildHistoryResponse());
    }

    private Task SendTimestampAsync(ServerCallContext context) =>
        context.WriteResponseHeadersAsync(new Metadata { { TimestampHeader, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) } });

    private static async Task<T> Explained<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is BuildException or UsageException)
        {
            throw BuildErrors.Explain(e);
        }
    }
}
