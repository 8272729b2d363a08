using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A step in the document of a cache: its record, in names that mean the same on every machine.</summary>
/// <param name="Key">Its key by definition.</param>
/// <param name="Operation">What names its operation alone.</param>
/// <param name="Layer">The layer that it made, by its place in the document.</param>
internal sealed record SharedStep(Digest Key, Digest Operation, int Layer)
{
    /// <summary>The file systems that it worked on; null for an input that was none, or whose layers are not in the cache.</summary>
    public required ImmutableArray<SharedState?> Inputs { get; init; }

    /// <summary>Digests of what it took from its inputs; null where it took a whole file system.</summary>
    public required ImmutableArray<Digest?> Taken { get; init; }

    /// <summary>The layers that a program made of those of its mounts that are results, in their order, by their places in the document.</summary>
    public ImmutableArray<int> Outputs { get; init; } = [];
}
