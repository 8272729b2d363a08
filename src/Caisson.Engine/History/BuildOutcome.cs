namespace Caisson.Engine.History;

/// <summary>How a build ended.</summary>
public enum BuildOutcome
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>Everything was done.</summary>
    Completed,

    /// <summary>It could not be done.</summary>
    Failed,

    /// <summary>It was stopped, or its process was killed.</summary>
    Interrupted,
}
