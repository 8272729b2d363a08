using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>A step whose result is stored.</summary>
/// <param name="Node">The step.</param>
/// <param name="Key">Its key by definition.</param>
/// <param name="Operation">What names its operation alone.</param>
/// <param name="Record">What is remembered of it.</param>
/// <param name="Result">The file system that it came to.</param>
internal sealed record SolvedStep(Node Node, Digest Key, Digest Operation, StepRecord Record, FilesystemState Result)
{
    /// <summary>What it left on those of its mounts that are results, in their order.</summary>
    public ImmutableArray<FilesystemState> Outputs { get; init; } = [];
}
