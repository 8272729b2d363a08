using Caisson.Daemon.Control;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>A build of BuildKit that was asked for by the Engine API: what is told of it goes back in the answer.</summary>
/// <remarks>What clients of 18.09 to 20.10 do for <c>DOCKER_BUILDKIT=1</c> without a plugin.</remarks>
/// <param name="solver">What builds.</param>
/// <param name="request">The request.</param>
/// <param name="query">Its parameters.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionBuild(BuildSolver solver, ApiRequest request, SolveQuery query, TimeProvider time)
{
    private const string Cancelled = "context canceled"; // clients know it by this

    private readonly JsonStream _output = new(request.Http);
    private readonly StatusLog _status = new(time);

    /// <summary>The daemon ends.</summary>
    public CancellationToken Ending { get; init; }

    /// <summary>Builds, and tells of it.</summary>
    /// <param name="body">The build context, when it does not come over the session; null when it does.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="ApiException">It cannot be done, and nothing has been told yet.</exception>
    public async Task RunAsync(Stream? body, CancellationToken ct)
    {
        StatusRecorder recorder = new(_status);
        foreach (string unused in query.Unused)
            recorder.Warn(unused);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<SolveResponse> solving = solver.SolveAsync(new BuildJob(query.Request, _status, stop.Token) { Body = body }, stop.Token);
        try
        {
            if (!query.IsQuiet)
                await TellAsync().ConfigureAwait(false);
            await CompleteAsync(await solving.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Nobody reads any more, or it is over already.
            await stop.CancelAsync().ConfigureAwait(false);
            await solving.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            if (request.Aborted.IsCancellationRequested)
                return;
            await FailAsync(ct.IsCancellationRequested ? CancelledBy(e) : ExceptionOf(e)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for something that the build needs before it can begin.</summary>
    /// <exception cref="ApiException">The build was cancelled.</exception>
    public async Task<T> WaitAsync<T>(Task<T> needed, CancellationToken ct)
    {
        try
        {
            return await needed.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (ct.IsCancellationRequested && !request.Aborted.IsCancellationRequested)
        {
            throw CancelledBy(e);
        }
    }

    private async Task CompleteAsync(SolveResponse response)
    {
        if (!query.IsImage)
            return;
        string id = response.ExporterResponse.TryGetValue("containerimage.config.digest", out string? config) ? config : response.ExporterResponse["containerimage.digest"];
        if (query.IsQuiet)
        {
            await _output.StreamAsync(id + "\n").ConfigureAwait(false);
            return;
        }
        await _output.AuxiliaryAsync("moby.image.id", json =>
        {
            json.WriteStartObject();
            json.WriteString("ID", id);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task TellAsync()
    {
        await foreach (StatusResponse status in _status.ReadAllAsync(request.Aborted).ConfigureAwait(false))
        {
            if (status.CalculateSize() > 0)
                await _output.AuxiliaryAsync("moby.buildkit.trace", json => json.WriteBase64StringValue(status.ToByteArray())).ConfigureAwait(false);
        }
    }

    // Who wants to hear the id alone hears the rest when something fails.
    private async Task FailAsync(ApiException failure)
    {
        if (query.IsQuiet)
            await TellAsync().ConfigureAwait(false);
        if (!request.Http.Response.HasStarted)
            throw failure;
        await _output.ErrorAsync(failure.Message).ConfigureAwait(false);
    }

    private ApiException CancelledBy(Exception e) => new(StatusCodes.Status500InternalServerError, Ending.IsCancellationRequested ? $"{Cancelled}: {RunningRequests.Ended}" : Cancelled, e);

    private static ApiException ExceptionOf(Exception failure)
    {
        if (failure is not RpcException { Status: var said })
            return new ApiException(ApiFailure.Of(failure).Status, ApiFailure.Of(failure).Message, failure);
        int status = said.StatusCode switch
        {
            StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
            StatusCode.NotFound => StatusCodes.Status404NotFound,
            _ => StatusCodes.Status500InternalServerError,
        };
        return new ApiException(status, said.Detail, failure);
    }
}
