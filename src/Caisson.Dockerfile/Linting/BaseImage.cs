using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;

namespace Caisson.Dockerfile.Linting;

/// <summary>What the configuration of a base image says, as far as checks need it.</summary>
public sealed record BaseImage
{
    /// <summary>An image that says nothing, as a directory does that a stage is based on.</summary>
    public static BaseImage Empty { get; } = new();

    /// <summary>The environment.</summary>
    public VariableSet Environment { get; init; } = VariableSet.Empty;

    /// <summary>The platform it was made for, <c>os/architecture[/variant]</c>; null when it does not matter.</summary>
    public string? Platform { get; init; }

    /// <summary>True when it sets the shell of shell forms.</summary>
    public bool HasShell { get; init; }

    /// <summary>Its ONBUILD triggers, as its configuration holds them.</summary>
    public ImmutableArray<string> Triggers { get; init; } = [];
}
