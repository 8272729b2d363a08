using Caisson.Daemon.Proto.Health;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>Says that the daemon is there.</summary>
/// <remarks>gRPC's health checking protocol. A daemon that answers is well, and so are all of its services.</remarks>
internal sealed class HealthService : Health.HealthBase
{
    private static readonly HealthCheckResponse Well = new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(Well);

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(Well, context.CancellationToken).ConfigureAwait(false);
        // Nothing changes until the daemon ends, and the call with it.
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken).ConfigureAwait(false);
    }
}
