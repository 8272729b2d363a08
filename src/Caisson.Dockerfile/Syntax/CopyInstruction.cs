using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>COPY [flags] source … destination</c>.</summary>
public sealed record CopyInstruction : TransferInstruction
{
    internal CopyInstruction(InstructionHeader header, ImmutableArray<Word> sources, Word destination)
        : base(header, sources, destination)
    {
    }

    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Copy;

    /// <summary>The value of <c>--from</c>: stage, index, image or context, never expanded; null for the build context.</summary>
    public Word? From { get; init; }

    /// <summary>True for <c>--parents</c>: the sources' directories are kept.</summary>
    public bool KeepsParents { get; init; }
}
