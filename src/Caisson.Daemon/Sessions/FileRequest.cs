using System.Collections.Immutable;

namespace Caisson.Daemon.Sessions;

/// <summary>Which files of a client are wanted.</summary>
/// <param name="Name">The name that the client gave the directory, for example <c>context</c>.</param>
internal sealed record FileRequest(string Name)
{
    /// <summary>What tells apart directories of this name that should not take each other's place in the store.</summary>
    public string SharedKeyHint { get; init; } = "";

    /// <summary>Patterns of what is sent; empty for everything.</summary>
    public ImmutableArray<string> IncludePatterns { get; init; } = [];

    /// <summary>Patterns of what is not sent.</summary>
    public ImmutableArray<string> ExcludePatterns { get; init; } = [];

    /// <summary>Paths that are sent together with what the links on them lead to; empty for everything.</summary>
    public ImmutableArray<string> FollowPaths { get; init; } = [];
}
