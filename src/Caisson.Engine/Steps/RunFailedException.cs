namespace Caisson.Engine.Steps;

/// <summary>The program of a step ended with another exit code than 0.</summary>
/// <param name="exitCode">The exit code: 128 and the signal's number when a signal ended it.</param>
/// <param name="tail">The last lines that it wrote.</param>
internal sealed class RunFailedException(int exitCode, IReadOnlyList<string> tail) : Exception($"exit code {exitCode}")
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyList<string> Tail { get; } = tail;

    /// <summary>The directory that it started in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Whether it may have failed because root is the only user of the build.</summary>
    public bool LackedIds { get; init; }

    /// <summary>Whether the disk of the store was full when it ended.</summary>
    public bool HasFullDisk { get; init; }

    /// <summary>The program that was probably meant, when one was not found; null when that cannot be told.</summary>
    public string? NearestProgram { get; init; }
}
