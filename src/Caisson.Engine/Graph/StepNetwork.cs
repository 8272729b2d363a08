namespace Caisson.Engine.Graph;

/// <summary>What a step sees of the network.</summary>
public enum StepNetwork
{
    /// <summary>What the build gives steps that say nothing: the machine's network.</summary>
    Default,

    /// <summary>A loopback and nothing else.</summary>
    None,

    /// <summary>The machine's network.</summary>
    Host,

    /// <summary>A loopback on which a gateway listens, which records what goes through it.</summary>
    Gateway,
}
