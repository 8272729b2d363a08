using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>An instruction; every case is a record beside this one, <see cref="MalformedInstruction"/> what could not be read.</summary>
public abstract record Instruction : SyntaxElement
{
    private protected Instruction(InstructionHeader header)
        : base(header.FullSpan) => Header = header;

    /// <summary>The parts that every instruction has.</summary>
    public InstructionHeader Header { get; }

    /// <summary>Which instruction it is.</summary>
    public abstract InstructionKind Kind { get; }

    /// <summary>The instruction's name as written.</summary>
    public Word Keyword => Header.Keyword;

    /// <summary>From the keyword to the last character, heredocs included.</summary>
    public SourceSpan Span => Header.Span;

    /// <summary>All flags in order, as written.</summary>
    public ImmutableArray<Flag> Flags => Header.Flags;

    /// <summary>What follows the flags, without white space around it.</summary>
    public Word Arguments => Header.Arguments;

    /// <summary>The documents that follow the instruction.</summary>
    public ImmutableArray<Heredoc> Heredocs => Header.Heredocs;
}
