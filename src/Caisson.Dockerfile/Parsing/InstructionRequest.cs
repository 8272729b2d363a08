using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>What the reader of an instruction works on.</summary>
internal sealed class InstructionRequest
{
    public InstructionRequest(InstructionHeader header, InstructionRule rule, char escape, DiagnosticBag diagnostics)
    {
        Rule = rule;
        Escape = escape;
        Diagnostics = diagnostics;
        Header = header;
        (ImmutableArray<Flag> flags, Arguments) = SpacedComma.Repair(header, rule, diagnostics);
        Flags = new FlagSet(flags, rule, diagnostics);
    }

    public InstructionHeader Header { get; }

    public InstructionRule Rule { get; }

    public char Escape { get; }

    public DiagnosticBag Diagnostics { get; }

    public FlagSet Flags { get; }

    /// <summary>What follows the flags, without what evidently belongs to them.</summary>
    public Word Arguments { get; }

    /// <summary>Reports that arguments are missing and gives nothing.</summary>
    public Instruction? Missing(string message, string hint)
    {
        Diagnostics.Error(DiagnosticCodes.MissingArguments, Header.Keyword.Span, message, hint);
        return null;
    }
}
