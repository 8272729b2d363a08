using Caisson.Daemon.Proto.Health;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>Says that the daemon is there.</summary>
/// <remarks>gRPC's health checking protocol. A daemon that answers is well, and so are all of its services.</remarks>
/// <param name="stopping">The daemon is about to end.</param>
internal sealed class HealthService(CancellationToken stopping) : Health.HealthBase
{
    private static readonly HealthCheckResponse Well = new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(Well);

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(Well, context.CancellationToken).ConfigureAwait(false);
        // Nothing changes until the daemon ends, and the call with it.
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, ends.Token).ConfigureAwait(false);
    }
}
