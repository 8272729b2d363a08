namespace Caisson.Linux.Processes;

/// <summary>Which of its two streams a process wrote to.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    StandardOutput,

    /// <summary>Standard error.</summary>
    StandardError,
}
