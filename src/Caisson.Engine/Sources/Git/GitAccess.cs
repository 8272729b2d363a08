using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Git;

/// <summary>How one repository is spoken to: the address without a password, and what lets us in. Nothing of it stands in a command line.</summary>
internal sealed record GitAccess
{
    /// <summary>The address that git is given.</summary>
    public required string Remote { get; init; }

    /// <summary>Settings for this address and those below it, credentials among them, by name.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The socket of the SSH agent; null for none.</summary>
    public string? SshAgent { get; init; }

    /// <summary>No repository is spoken to.</summary>
    public static GitAccess None { get; } = new() { Remote = "" };
}
