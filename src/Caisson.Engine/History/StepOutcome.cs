namespace Caisson.Engine.History;

/// <summary>How a step of a build ended.</summary>
public enum StepOutcome
{
    /// <summary>It goes on, or did when the build was killed.</summary>
    Running,

    /// <summary>An earlier result was taken.</summary>
    Hit,

    /// <summary>It was done.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was given up because the build ended without it.</summary>
    Cancelled,
}
