namespace Caisson.Engine.Sources.Gateway;

/// <summary>Where the answers to the requests of a step come from.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IUpstream
{
    /// <summary>The answer to a request. Its content comes while it is read.</summary>
    /// <exception cref="UpstreamException">There is none.</exception>
    /// <exception cref="Steps.StepException">There is none, and the step ends by that.</exception>
    Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct);
}
