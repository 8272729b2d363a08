namespace Caisson.Dockerfile.Syntax;

/// <summary>What a step sees of the network, as <c>RUN --network</c> says.</summary>
public enum NetworkMode
{
    /// <summary>What the build allows.</summary>
    Default,

    /// <summary>A loopback only.</summary>
    None,

    /// <summary>The machine's own network.</summary>
    Host,

    /// <summary>A gateway that records what is asked for: Caisson's own word.</summary>
    Gateway,
}
