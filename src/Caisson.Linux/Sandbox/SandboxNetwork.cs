namespace Caisson.Linux.Sandbox;

/// <summary>What a container sees of the network.</summary>
public enum SandboxNetwork
{
    /// <summary>A namespace of its own with a loopback and nothing else.</summary>
    None,

    /// <summary>What this process sees.</summary>
    Host,

    /// <summary>A namespace with a loopback, on which a gateway listens (<see cref="LoopbackNetwork"/>), and nothing else.</summary>
    Gateway,
}
