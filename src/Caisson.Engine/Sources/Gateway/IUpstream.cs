namespace Caisson.Engine.Sources.Gateway;

/// <summary>Where the gateway has answers from.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IUpstream
{
    /// <summary>The answer to a request. Its content comes while it is read.</summary>
    /// <exception cref="UpstreamException">There is none.</exception>
    Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct);
}
