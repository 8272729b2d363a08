using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A step whose program failed.</summary>
/// <param name="Name">What people read of the step, for example <c>[build 3/5] RUN go build ./...</c>.</param>
/// <param name="ExitCode">The program's exit code: 128 and the signal's number when a signal ended it.</param>
/// <param name="LastLines">The last lines that it wrote.</param>
public sealed record FailedStep(string Name, int ExitCode, ImmutableArray<string> LastLines)
{
    /// <summary>The program and its arguments.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The name of the build in the history, which holds all that the step wrote; null when it was not recorded.</summary>
    public string? BuildId { get; init; }

    /// <summary>Which of the build's steps it is there.</summary>
    public int Number { get; init; }
}
