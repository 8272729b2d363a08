using System.Globalization;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Grpc.Core;
using PruneRequest = Caisson.Daemon.Proto.Control.PruneRequest;
using SolveRequest = Caisson.Daemon.Proto.Control.SolveRequest;
using SolveResponse = Caisson.Daemon.Proto.Control.SolveResponse;

namespace Caisson.Daemon.Control;

/// <summary>BuildKit's control API: builds, what is told of them, what the daemon is and holds.</summary>
internal sealed class ControlService(BuildJobs jobs, FrontendRunner runner, ClientHistory history, SessionRegistry sessions, CacheContents cache, WorkerFacts worker, TimeProvider time) : Proto.Control.Control.ControlBase
{
    // By it clients translate times of this machine to theirs.
    private const string TimestampHeader = "buildkit-current-timestamp";

    /// <inheritdoc/>
    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        StatusLog log = new(time);
        BuildJob job = new(request, log, context.CancellationToken);
        jobs.Add(job);
        Exception? failure = null;
        SolvedBuild? solved = null;
        SolveResponse response = new();
        try
        {
            history.Begin(job);
            solved = await SolveAsync(job, context.CancellationToken).ConfigureAwait(false);
            foreach ((string key, string value) in solved?.Response ?? [])
                response.ExporterResponse[key] = value;
            return response;
        }
        catch (Exception e)
        {
            failure = BuildErrors.Explain(e);
            if (failure == e)
                throw;
            throw failure;
        }
        finally
        {
            log.Complete();
            history.Complete(job, response, failure, solved?.Predicate);
            jobs.End(job);
            await job.CleanAsync().ConfigureAwait(false);
        }
    }

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

    private async Task<SolvedBuild?> SolveAsync(BuildJob job, CancellationToken ct)
    {
        if (job.Request.Frontend.Length > 0)
        {
            Result asked = await runner.SolveAsync(job, new Proto.Gateway.SolveRequest { Frontend = job.Request.Frontend, FrontendOpt = { job.Request.FrontendAttrs }, FrontendInputs = { job.Request.FrontendInputs } }, ct).ConfigureAwait(false);
            return await CompleteAsync(job, asked, ct).ConfigureAwait(false);
        }
        if (job.Request.Definition is not null)
            return await CompleteAsync(job, await runner.SolveAsync(job, new Proto.Gateway.SolveRequest { Definition = job.Request.Definition }, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        ReturnRequest returned = await job.Returned.WaitAsync(ct).ConfigureAwait(false);
        if (returned.Error is { Code: not 0 } error)
            throw BuildErrors.Of(error);
        return await CompleteAsync(job, returned.Result ?? new Result(), ct).ConfigureAwait(false);
    }

    // Of several platforms all results are those of one build.
    private async Task<SolvedBuild?> CompleteAsync(BuildJob job, Result result, CancellationToken ct)
    {
        string? reference = result.ResultCase switch
        {
            Result.ResultOneofCase.Ref => result.Ref.Id,
            Result.ResultOneofCase.RefDeprecated => result.RefDeprecated,
            Result.ResultOneofCase.Refs => result.Refs.Refs.Values.FirstOrDefault()?.Id,
            Result.ResultOneofCase.RefsDeprecated => result.RefsDeprecated.Refs.Values.FirstOrDefault(),
            _ => null,
        };
        if (!string.IsNullOrEmpty(reference))
            return await runner.BuildAsync(job, FrontendRunner.Find(job, reference).Request, ct).ConfigureAwait(false);
        return null;
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
