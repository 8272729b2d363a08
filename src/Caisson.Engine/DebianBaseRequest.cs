using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A base image to make from a Debian-style package repository.</summary>
public sealed record DebianBaseRequest
{
    /// <summary>The release, for example <c>bookworm</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>The name that the image gets.</summary>
    public required Reference Name { get; init; }

    /// <summary>Repositories to take packages from; those of the machine's own apt configuration when empty.</summary>
    public ImmutableArray<string> Mirrors { get; init; } = [];

    /// <summary>The parts of the repositories that are used.</summary>
    public ImmutableArray<string> Components { get; init; } = ["main"];

    /// <summary>Packages besides those of the variant.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>What the image begins with.</summary>
    public DebianVariant Variant { get; init; } = DebianVariant.Minbase;

    /// <summary>The keys that must have signed the repositories; those of the distribution when null.</summary>
    public string? Keyring { get; init; }
}
