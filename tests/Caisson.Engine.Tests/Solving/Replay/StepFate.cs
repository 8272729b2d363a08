namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>What a step does when it is cancelled.</summary>
internal enum StepFate
{
    /// <summary>It ends.</summary>
    EndsAtOnce,

    /// <summary>It ends after a while.</summary>
    EndsLater,

    /// <summary>It says, after a while, that it failed: a program that was killed.</summary>
    Fails,

    /// <summary>It was about to succeed, and does.</summary>
    Succeeds,
}
