using System.Collections.Immutable;
using Caisson.Engine.Imaging;

namespace Caisson.Engine.Solving;

/// <summary>What a node came to.</summary>
/// <param name="Files">Its file system.</param>
internal sealed record Solution(FilesystemState Files)
{
    /// <summary>Of a program, what it left on those of its mounts that are results, in their order: each on the files that were mounted when it ran.</summary>
    public ImmutableArray<FilesystemState> Outputs { get; init; } = [];
}
