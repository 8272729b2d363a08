using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary>What ADD and COPY have in common.</summary>
public abstract record TransferInstruction : Instruction
{
    private protected TransferInstruction(InstructionHeader header, ImmutableArray<Word> sources, Word destination)
        : base(header)
    {
        Sources = sources;
        Destination = destination;
    }

    /// <summary>The sources that are paths or addresses, in order, unexpanded; heredocs are not among them.</summary>
    public ImmutableArray<Word> Sources { get; }

    /// <summary>The sources that are heredocs, in order; they are copied after the others.</summary>
    public ImmutableArray<Heredoc> Documents { get; init; } = [];

    /// <summary>Where to copy to, unexpanded.</summary>
    public Word Destination { get; }

    /// <summary>The value of <c>--chown</c>, unexpanded; null when not given.</summary>
    public Word? Owner { get; init; }

    /// <summary>The value of <c>--chmod</c>, unexpanded; null when not given.</summary>
    public Word? Mode { get; init; }

    /// <summary>True for <c>--link</c>.</summary>
    public bool IsLinked { get; init; }

    /// <summary>The values of <c>--exclude</c>; no variables are expanded in them.</summary>
    public ImmutableArray<Word> Excludes { get; init; } = [];
}
