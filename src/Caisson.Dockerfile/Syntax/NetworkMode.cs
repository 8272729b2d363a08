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
}
