namespace Caisson.Linux.Sandbox;

/// <summary>A container could not be set up. What the program inside did is not an exception but an exit code.</summary>
public sealed class SandboxException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public SandboxException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and keeps what found it.</summary>
    public SandboxException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>Whether it is only that the program is not in the container's root.</summary>
    public bool IsProgramMissing { get; init; }

    /// <summary>Whether the runtime did not do what a runtime does.</summary>
    public bool IsRuntimeBroken { get; init; }

    /// <summary>Whether it is only that the program may not be executed: its mode does not say so, or it is no file.</summary>
    public bool IsProgramRefused { get; init; }
}
