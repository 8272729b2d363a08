using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Spelling;
using Caisson.Linux.Snapshots;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>What the part of a build that runs in the client asks for.</summary>
/// <remarks>BuildKit's frontend/gateway; the build is named by metadata of the call.</remarks>
internal sealed class GatewayService(BuildJobs jobs, FrontendRunner runner, WorkerFacts worker) : LLBBridge.LLBBridgeBase
{
    private const string BuildHeader = "buildkit-controlapi-buildid";

    /// <inheritdoc/>
    public override async Task<PongResponse> Ping(PingRequest request, ServerCallContext context)
    {
        await FindAsync(context).ConfigureAwait(false);
        return new PongResponse
        {
            FrontendAPICaps = { Capabilities.Gateway.Select(Capabilities.Of) },
            LLBCaps = { Capabilities.Llb.Select(Capabilities.Of) },
            Workers = { worker.Record() },
        };
    }

    /// <inheritdoc/>
    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        return await ExplainedAsync(async () =>
        {
            Result result = await runner.SolveAsync(job, request, context.CancellationToken).ConfigureAwait(false);
            return new SolveResponse { Result = result, Ref = request.AllowResultReturn ? "" : result.Ref?.Id ?? "" };
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<ReturnResponse> Return(ReturnRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        job.Return(request);
        return new ReturnResponse();
    }

    /// <inheritdoc/>
    public override async Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        return await ExplainedAsync(async () =>
        {
            await FrontendRunner.Find(job, request.Ref).EvaluateAsync(job.Stopped).ConfigureAwait(false);
            return new EvaluateResponse();
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<InputsResponse> Inputs(InputsRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        return new InputsResponse { Definitions = { job.Request.FrontendInputs } };
    }

    /// <inheritdoc/>
    public override async Task<WarnResponse> Warn(WarnRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        Proto.Control.VertexWarning warning = new() { Vertex = request.Digest, Level = request.Level, Short = request.Short, Url = request.Url, Info = request.Info };
        warning.Detail.Add(request.Detail);
        warning.Ranges.Add(request.Ranges);
        job.Status.Add(warning);
        return new WarnResponse();
    }

    /// <inheritdoc/>
    public override Task<ReadFileResponse> ReadFile(ReadFileRequest request, ServerCallContext context) => ReadAsync(request.Ref, files => ResultFiles.Read(files, request), context);

    /// <inheritdoc/>
    public override Task<ReadDirResponse> ReadDir(ReadDirRequest request, ServerCallContext context) => ReadAsync(request.Ref, files => ResultFiles.List(files, request), context);

    /// <inheritdoc/>
    public override Task<StatFileResponse> StatFile(StatFileRequest request, ServerCallContext context) => ReadAsync(request.Ref, files => ResultFiles.Find(files, request), context);

    /// <inheritdoc/>
    public override async Task<ResolveImageConfigResponse> ResolveImageConfig(ResolveImageConfigRequest request, ServerCallContext context)
    {
        string reference = References.Parse(request.Ref).WithDefaultTag().ToString();
        ResolveSourceMetaResponse resolved = await ResolveSourceMeta(new ResolveSourceMetaRequest { Source = new SourceOp { Identifier = LlbSources.ImageScheme + reference }, Platform = request.Platform, ResolveMode = request.ResolveMode, SourcePolicies = { request.SourcePolicies } }, context).ConfigureAwait(false);
        return new ResolveImageConfigResponse { Digest = resolved.Image.Digest, Config = resolved.Image.Config, Ref = resolved.Source.Identifier[LlbSources.ImageScheme.Length..] };
    }

    /// <inheritdoc/>
    public override async Task<ResolveSourceMetaResponse> ResolveSourceMeta(ResolveSourceMetaRequest request, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        return await ExplainedAsync(() => runner.ResolveAsync(job, request, context.CancellationToken)).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(string reference, Func<IFileTree, T> read, ServerCallContext context)
    {
        BuildJob job = await FindAsync(context).ConfigureAwait(false);
        return await ExplainedAsync(async () => read(await runner.OpenFilesAsync(job, reference).WaitAsync(context.CancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
    }

    private Task<BuildJob> FindAsync(ServerCallContext context) => context.RequestHeaders.GetValue(BuildHeader) is { Length: > 0 } reference
        ? jobs.GetAsync(reference, context.CancellationToken)
        : throw new RpcException(new Status(StatusCode.InvalidArgument, "no buildid found in context"));

    private static async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (BuildErrors.Explain(e) is var explained && explained != e)
        {
            throw explained;
        }
    }
}
