namespace Caisson.Engine.Sources.Gateway;

/// <summary>Where answers come from: the network, or what was recorded of it.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IUpstream
{
    /// <summary>Whether connections can be made that nobody looks into.</summary>
    bool PassesTunnels { get; }

    /// <summary>The answer to a request. Its content comes while it is read.</summary>
    /// <exception cref="UpstreamException">There is none.</exception>
    Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct);
}
