namespace Caisson.Engine;

/// <summary>What a build does with its lock file.</summary>
public enum Locking
{
    /// <summary>A hermetic build may use what it names, when it is there; for others it does not count.</summary>
    Usual,

    /// <summary>Nothing but what it names may be used, exactly as it says.</summary>
    Locked,

    /// <summary>What it names is used as it says; all that the build takes is told (<see cref="BuildResult.Lock"/>).</summary>
    Kept,

    /// <summary>It does not count, and nothing that is remembered of the network does; all that the build takes is told.</summary>
    Renewed,
}
