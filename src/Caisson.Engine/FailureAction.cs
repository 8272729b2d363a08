namespace Caisson.Engine;

/// <summary>What becomes of the surroundings of a step whose program fails.</summary>
public enum FailureAction
{
    /// <summary>Nothing: they go.</summary>
    None,

    /// <summary>They are kept in the store (<see cref="BuildException.KeptStep"/>).</summary>
    Keep,

    /// <summary>They are there until the build is disposed (<see cref="Build.Held"/>).</summary>
    Hold,
}
