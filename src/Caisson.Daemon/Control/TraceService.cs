using Caisson.Daemon.Proto.Tracing;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Takes the traces of clients, so that they need not complain, and lets them go.</summary>
internal sealed class TraceService : Proto.Tracing.TraceService.TraceServiceBase
{
    /// <inheritdoc/>
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context) => Task.FromResult(new ExportTraceServiceResponse());
}
