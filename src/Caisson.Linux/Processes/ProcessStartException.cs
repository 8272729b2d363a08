namespace Caisson.Linux.Processes;

/// <summary>A program could not be started.</summary>
public sealed class ProcessStartException(string file, string reason, Exception? cause = null) : Exception($"cannot start {file}: {reason}", cause)
{
    /// <summary>The program.</summary>
    public string File { get; } = file;
}
