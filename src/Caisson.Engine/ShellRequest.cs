using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>How a failed step is entered.</summary>
public sealed record ShellRequest
{
    /// <summary>A program and its arguments; empty for a shell.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Whether the program gets a terminal of its own, which is shown on that of this process.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>The kind of this process's terminal, as in <c>TERM</c>; null where there is none.</summary>
    public string? TerminalType { get; init; }

    /// <summary>Secrets by id, for a step that was kept. One that is held has those of its build.</summary>
    public ImmutableDictionary<string, SecretSource> Secrets { get; init; } = ImmutableDictionary.Create<string, SecretSource>(StringComparer.Ordinal);

    /// <summary>SSH agents by id, for a step that was kept. One that is held has those of its build.</summary>
    public ImmutableDictionary<string, SshAgentSource> SshAgents { get; init; } = ImmutableDictionary.Create<string, SshAgentSource>(StringComparer.Ordinal);

    /// <summary>Where descriptions of devices are looked for.</summary>
    public ImmutableArray<string> DeviceDirectories { get; init; } = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>Told of what the step had and the program has not.</summary>
    public Action<Diagnostic> Warned { get; init; } = static _ => { };

    /// <summary>Told just before the program starts, where: the directory, and the number of the user.</summary>
    public Action<string, uint> Entering { get; init; } = static (_, _) => { };
}
