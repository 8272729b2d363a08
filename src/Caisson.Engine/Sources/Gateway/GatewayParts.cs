using Caisson.Engine.Secrets;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What the steps of a build share of its gateway.</summary>
internal sealed record GatewayParts
{
    /// <summary>Where answers come from.</summary>
    public required IUpstream Upstream { get; init; }

    /// <summary>What may be asked for.</summary>
    public required IGatewayRules Rules { get; init; }

    /// <summary>Keeps the content of answers.</summary>
    public required ResponseStore Responses { get; init; }

    /// <summary>Whether results of earlier builds count only with all that they took from the network.</summary>
    public bool NeedsRecords { get; init; }

    /// <summary>Speaks for the hosts of the web.</summary>
    public required EphemeralAuthority Authority { get; init; }

    /// <summary>The secrets of the build: none is to be seen in what is remembered.</summary>
    public required SecretStore Secrets { get; init; }
}
