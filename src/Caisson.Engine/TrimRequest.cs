using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>An archive in a build context that is to be made smaller, or the context itself.</summary>
public sealed record TrimRequest
{
    /// <summary>The build that uses it; its context is a local directory. Where its result goes does not matter.</summary>
    public required BuildRequest Build { get; init; }

    /// <summary>The archive, a file of the context: a tar, plain or with gzip. Null for the context itself, of which an archive is made.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The file that is written when the build comes to the same with it.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Patterns of paths in the archive that stay in any case, with all below them: <c>*</c> stands for any text, slashes too.</summary>
    public ImmutableArray<string> Keep { get; init; } = [];
}
