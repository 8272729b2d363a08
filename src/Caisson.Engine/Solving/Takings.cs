using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>What a step takes from its inputs apart from the file systems that it sees whole.</summary>
/// <param name="Parts">The one selection of a copy, or one for each mount of a program, null for mounts of file systems.</param>
internal sealed record Takings(ImmutableArray<Selection?> Parts) : IDisposable
{
    /// <summary>Nothing is taken.</summary>
    public static Takings None { get; } = new(ImmutableArray<Selection?>.Empty);

    /// <summary>Names of what is taken, part by part.</summary>
    public ImmutableArray<Digest?> Digests => [.. Parts.Select(static p => p?.Content)];

    /// <summary>Whether all that a step takes is from build contexts and the definition itself, so that it is known before anything runs.</summary>
    public static bool IsKnownAtOnce(Node node) => node.Operation is not Operation.Copy copy
        || copy.Sources.All(source => source is not CopySource.Files files || node.Inputs[files.Input].Operation is Operation.Context);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Selection? part in Parts)
            part?.Dispose();
    }
}
