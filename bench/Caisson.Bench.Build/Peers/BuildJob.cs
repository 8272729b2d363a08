namespace Caisson.Bench.Build.Peers;

/// <summary>A build that every builder is given in its own words.</summary>
/// <param name="Context">The context's directory, with its Dockerfile.</param>
internal sealed record BuildJob(string Context)
{
    /// <summary>Where the result goes.</summary>
    public JobOutput Output { get; init; } = JobOutput.Store;

    /// <summary>Whether every step runs.</summary>
    public bool IsUncached { get; init; }

    /// <summary>Whether steps have mounts.</summary>
    public bool HasMounts { get; init; }

    /// <summary>The platforms to build for, separated by commas; null for that of this machine.</summary>
    public string? Platforms { get; init; }

    /// <summary>The network of steps; null for the usual one.</summary>
    public string? Network { get; init; }

    /// <summary>The image that the Dockerfile's argument <c>BASE</c> names; null leaves the default.</summary>
    public string? Base { get; init; }
}
