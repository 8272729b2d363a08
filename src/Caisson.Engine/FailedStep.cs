using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A step whose program failed.</summary>
/// <param name="Name">What people read of the step, for example <c>[build 3/5] RUN go build ./...</c>.</param>
/// <param name="ExitCode">The program's exit code: 128 and the signal's number when a signal ended it.</param>
/// <param name="LastLines">The last lines that it wrote.</param>
public sealed record FailedStep(string Name, int ExitCode, ImmutableArray<string> LastLines);
