using System.Collections.Immutable;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Health;
using Caisson.Daemon.Sessions;
using Caisson.Oci.Model;
using Grpc.Core;
using SolveResponse = Caisson.Daemon.Proto.Control.SolveResponse;

namespace Caisson.Daemon.Control;

/// <summary>Does builds of clients, whichever way they asked for them, and remembers them.</summary>
internal sealed class BuildSolver(BuildJobs jobs, FrontendRunner runner, ClientHistory history, SessionRegistry sessions, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Told of each image that a build brought to the store: its id, and the names that it got.</summary>
    public event Action<Digest, ImmutableArray<Reference>>? Stored;

    /// <summary>Told of each build when it has ended.</summary>
    public required CacheCollector Collector { get; init; }

    /// <summary>Does a build, to the end of what is told of it.</summary>
    /// <returns>What the client is told of the result.</returns>
    /// <exception cref="RpcException">It failed, or it cannot be done as it was asked for.</exception>
    public async Task<SolveResponse> SolveAsync(BuildJob job, CancellationToken ct)
    {
        jobs.Add(job);
        IDisposable use = runner.BeginUse();
        Exception? failure = null;
        SolvedBuild? solved = null;
        SolveResponse response = new();
        try
        {
            history.Begin(job);
            solved = await BuildAsync(job, ct).ConfigureAwait(false);
            foreach ((string key, string value) in solved?.Response ?? [])
                response.ExporterResponse[key] = value;
            if (solved is { Stored.IsEmpty: false, Result.ImageId: { } id })
                Stored?.Invoke(id, [.. solved.Stored.SelectMany(static s => s.Names).Distinct()]);
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
            job.Status.Complete();
            history.Complete(job, response, failure, solved?.Predicate);
            jobs.End(job);
            job.Clean();
            use.Dispose();
            Collector.Wake();
        }
    }

    /// <summary>Waits until the client whose build is refused serves its session. A client of 20.10 that hears of it before waits for the end of that forever.</summary>
    /// <param name="session">Its name; empty for none.</param>
    /// <param name="ct">Gives up.</param>
    public async Task AwaitSessionAsync(string session, CancellationToken ct)
    {
        if (session.Length == 0)
            return;
        try
        {
            ClientSession served = await sessions.GetAsync(session, ct).ConfigureAwait(false);
            using AsyncUnaryCall<HealthCheckResponse> check = new Health.HealthClient(served.Calls).CheckAsync(new HealthCheckRequest(), deadline: time.GetUtcNow().UtcDateTime + Patience, cancellationToken: ct);
            await check.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // It does not come.
        }
    }

    private async Task<SolvedBuild?> BuildAsync(BuildJob job, CancellationToken ct)
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

    private async Task<SolvedBuild?> CompleteAsync(BuildJob job, Result result, CancellationToken ct) =>
        ReturnedResult.Read(job, result) is { } asked ? await runner.BuildAsync(job, asked, ct).ConfigureAwait(false) : null;
}
