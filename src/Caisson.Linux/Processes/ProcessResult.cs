namespace Caisson.Linux.Processes;

/// <summary>How a process ended and what it wrote.</summary>
/// <param name="ExitCode">Its exit code: 128 and the signal's number when a signal ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record ProcessResult(int ExitCode, string Output, string Error);
