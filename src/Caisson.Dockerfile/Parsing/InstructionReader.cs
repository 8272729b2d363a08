using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads one instruction: 1. its parts, 2. the documents that follow it, 3. what its parts mean.</summary>
internal sealed class InstructionReader(LineCursor lines, char escape, DiagnosticBag diagnostics)
{
    /// <summary>The instruction above, which an unknown one may be a lost part of.</summary>
    public Instruction? Previous { get; init; }

    public ImmutableArray<Comment> Comments { get; init; } = [];

    /// <summary>Reads the instruction that a line holds; <paramref name="start"/> is where its element begins.</summary>
    public Instruction Read(LogicalLine line, int start)
    {
        InstructionHeader parts = Split(line.Text, escape);
        ImmutableArray<Heredoc> heredocs = ReadHeredocs(parts);
        SourceText source = line.Text.Source;
        int end = heredocs.IsEmpty ? line.Text.Span.End : Math.Max(heredocs[^1].Body.Span.End, heredocs[^1].Terminator.End);
        Comment? checks = Comments.FirstOrDefault(IsCheck);
        InstructionHeader header = parts with
        {
            Heredocs = heredocs,
            Comments = Comments,
            InnerComments = line.InnerComments,
            EmptyContinuations = line.EmptyContinuations,
            Span = source.SpanOf(line.Text.Span.Start, end - line.Text.Span.Start),
            FullSpan = source.SpanOf(start, lines.Position - start),
            CheckComment = checks,
            Checks = checks is null ? null : ReadChecks(checks),
        };
        if (InstructionRules.Find(header.Keyword.Text) is { } rule)
            return rule.Read(new InstructionRequest(header, rule, escape, diagnostics));
        UnknownInstruction.Report(header, Previous, escape, diagnostics);
        return new MalformedInstruction(header);
    }

    /// <summary>Keyword, flags and arguments of a line.</summary>
    public static InstructionHeader Split(Word line, char escape)
    {
        int end = line.Text.AsSpan().IndexOfAny(Words.Blanks);
        Word keyword = end < 0 ? line : line.Slice(0, end);
        (ImmutableArray<Flag> flags, Word arguments) = FlagLexer.Read(line, keyword.Length, escape);
        return new InstructionHeader(keyword, line) { Flags = flags, Arguments = arguments, Span = line.Span, FullSpan = line.Span };
    }

    private ImmutableArray<Heredoc> ReadHeredocs(InstructionHeader parts)
    {
        InstructionHeader carrier = parts;
        if (parts.Keyword.Text.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase) && !parts.Arguments.IsEmpty)
            carrier = Split(parts.Arguments, escape);
        bool mayHave = InstructionRules.Find(carrier.Keyword.Text) is { TakesHeredocs: true }
            && parts.Line.Text.Contains("<<", StringComparison.Ordinal)
            && JsonArray.Read(carrier.Arguments) is not { Outcome: JsonOutcome.Strings };
        return mayHave ? HeredocReader.Read(parts.Line, lines, diagnostics) : [];
    }

    private static bool IsCheck(Comment comment)
    {
        ReadOnlySpan<char> text = comment.Span.Source.Text.AsSpan(comment.Span.Start + 1, comment.Span.Length - 1);
        int equals = text.IndexOf('=');
        return equals >= 0 && text[..equals].Trim().Equals("check", StringComparison.OrdinalIgnoreCase);
    }

    private static CheckOptions? ReadChecks(Comment comment) =>
        CheckOptions.TryParse(comment.CheckArgument, out CheckOptions? options, out _) ? options : null;
}
