namespace Caisson.Linux.Machine;

/// <summary>Whether a machine can do something.</summary>
public enum FindingState
{
    /// <summary>It can.</summary>
    Works,

    /// <summary>It cannot, and some things will not be possible.</summary>
    Limited,

    /// <summary>It cannot, and builds with RUN steps will fail.</summary>
    Missing,
}
