namespace Caisson.Linux.Sandbox;

/// <summary>What a <see cref="SandboxHost"/> uses.</summary>
public sealed record SandboxHostOptions
{
    /// <summary>Directories to look for the runtime in, separated by colons.</summary>
    public required string SearchPath { get; init; }

    /// <summary>A runtime's name or path, to use it and no other; null for the preferred one.</summary>
    public string? Runtime { get; init; }

    /// <summary>How many processors containers may use; null for all.</summary>
    public int? MaxProcessors { get; init; }
}
