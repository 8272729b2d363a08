using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>What ADD and COPY have in common, variables expanded.</summary>
/// <param name="Sources">Paths or addresses, in order.</param>
/// <param name="Files">Files whose content stands in the Dockerfile; they are copied after the others.</param>
/// <param name="Destination">Where to copy to; may be relative to the working directory.</param>
public sealed record FileTransfer(ImmutableArray<string> Sources, ImmutableArray<InlineFile> Files, string Destination)
{
    /// <summary>User and group, as <c>name:group</c> in any mix of names and numbers; null when not given.</summary>
    public string? Owner { get; init; }

    /// <summary>The file mode; null when not given.</summary>
    public FileModeChange? Mode { get; init; }

    /// <summary>The mode as written, variables expanded; null when not given.</summary>
    public string? ModeText { get; init; }

    /// <summary>True when the files make a layer of their own, whatever lies below.</summary>
    public bool IsLinked { get; init; }

    /// <summary>Patterns of files to leave out.</summary>
    public ImmutableArray<string> Excludes { get; init; } = [];
}
