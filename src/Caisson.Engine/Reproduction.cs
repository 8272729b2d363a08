using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>That a build was done more than once, and came to the same each time.</summary>
public sealed record Reproduction
{
    /// <summary>How often it was done.</summary>
    public required int Builds { get; init; }

    /// <summary>What it came to: the digest of the index, else of the manifest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>What was not the same around the builds.</summary>
    public required ImmutableArray<string> Varied { get; init; }

    /// <summary>What would have been, and could not be, each with the reason.</summary>
    public required ImmutableArray<string> NotVaried { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string varied = $"reproduced: {Builds} builds, the same {Digest}; varied: {string.Join(", ", Varied)}";
        return NotVaried.IsEmpty ? varied : $"{varied}; not varied: {string.Join(", ", NotVaried)}";
    }
}
