using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>ADD [flags] source … destination</c>.</summary>
public sealed record AddInstruction : TransferInstruction
{
    internal AddInstruction(InstructionHeader header, ImmutableArray<Word> sources, Word destination)
        : base(header, sources, destination)
    {
    }

    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Add;

    /// <summary>The value of <c>--keep-git-dir</c>; null when not given.</summary>
    public bool? KeepsGitDirectory { get; init; }

    /// <summary>The value of <c>--checksum</c>, unexpanded; null when not given.</summary>
    public Word? Checksum { get; init; }

    /// <summary>The value of <c>--unpack</c>; null when not given: archives of the context are unpacked, fetched ones not.</summary>
    public bool? Unpacks { get; init; }
}
