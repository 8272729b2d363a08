using System.Collections.Immutable;

namespace Caisson.Engine.Steps;

/// <summary>What is run where a program failed.</summary>
/// <param name="Arguments">The program and its arguments; empty for a shell.</param>
internal sealed record ShellProgram(ImmutableArray<string> Arguments)
{
    /// <summary>The shell that the Dockerfile was written for; null when nothing is known of it.</summary>
    public string? Shell { get; init; }

    /// <summary>Whether it gets a terminal of its own.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>The kind of the terminal, for a program whose environment does not say; null where there is none.</summary>
    public string? TerminalType { get; init; }
}
