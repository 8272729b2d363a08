using System.Collections.Immutable;

namespace Caisson.Linux.Processes;

/// <summary>A process to run.</summary>
public sealed record ProcessRequest
{
    /// <summary>The program: a path, or a name to look for in PATH.</summary>
    public required string File { get; init; }

    /// <summary>Its arguments, without the program's own name.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Variables to set; a null value removes one. The others are those of this process, unless it <see cref="HasOwnEnvironment"/>.</summary>
    public ImmutableSortedDictionary<string, string?> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>Whether it gets no variable of this process.</summary>
    public bool HasOwnEnvironment { get; init; }

    /// <summary>The directory it starts in; null for that of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What it reads on standard input; nothing when empty.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>True to connect it with this process's own three streams: with a terminal itself, with anything else through a pipe. Output is then not seen here.</summary>
    public bool InheritStreams { get; init; }
}
